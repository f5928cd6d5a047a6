namespace Ballast.Lab;

/// <summary>A bias right before a batch normalization, which takes any constant away.</summary>
sealed class RedundantBiasCheck : DoctorCheck
{
    public override string Name => "redundant-bias";

    public override string Reference => "Ioffe and Szegedy 2015, section 3.2";

    public override IEnumerable<Finding> Find(Examination examination)
    {
        foreach (var (_, norm) in examination.Norms)
        {
            if (norm.StatisticsFrozen || (!norm.Training && examination.Model.Training))
                continue; // running statistics do not move with the bias
            foreach (var (name, module) in examination.Before(norm))
            {
                // These pass a constant on as it is.
                if (module is Identity or Flatten or MaxPool2d or GlobalAvgPool2d)
                    continue;
                if (Bias(module, norm) is { } bias)
                    yield return Describe(examination, name, module, bias, norm);
                break;
            }
        }
    }

    Finding Describe(Examination examination, string name, Module module, Parameter bias, BatchNorm norm)
    {
        var (own, beta) = (examination.Measured?.GradientNorm(bias), norm.Bias is { } shift ? examination.Measured?.GradientNorm(shift) : null);
        return Found(Severity.Note, Confidence.Certain, name,
            $"The bias of {module} does nothing: {norm} right behind it takes any constant away.",
            "Leave it out: bias: false, in a layer text bias=false.",
            ("values", bias.Length), ("gradient_over_that_of_beta", own is { } g && beta is > 0 ? g / beta.Value : double.NaN));
    }

    static Parameter? Bias(Module module, BatchNorm norm) => module switch
    {
        Linear linear when linear.OutFeatures == norm.NumFeatures || norm is BatchNorm1d => linear.Bias,
        Conv2d convolution => convolution.Bias,
        _ => null,
    };
}
