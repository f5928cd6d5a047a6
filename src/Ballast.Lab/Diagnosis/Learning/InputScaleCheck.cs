namespace Ballast.Lab;

/// <summary>Inputs far larger or smaller than initial weights are made for.</summary>
sealed class InputScaleCheck : DoctorCheck
{
    const double Large = 10, Small = 0.02;

    public override string Name => "input-scale";

    public override string Reference => "LeCun et al. 1998, \"Efficient backprop\", section 4.3";

    public override bool NeedsNorms => false;

    public override string? Missing(Examination examination) => examination.Measured is not { Batches: > 0 } ? NeedsBatches : null;

    public override IEnumerable<Finding> Find(Examination examination)
    {
        var data = examination.Data!;
        double size = data.RootMeanSquare;
        if (size is >= Small and <= Large)
            yield break;
        // A normalization ahead of the first activation takes the scale away again.
        bool normalized = examination.Chains.Count > 0 && examination.Chains[0]
            .TakeWhile(static link => link.Module is not (ReLU or Sigmoid or Tanh or GELU or SiLU or LeakyReLU))
                .Any(static link => DoctorChecks.IsNormalization(link.Module));
        // Where nothing was learned it is the cause, and what else is found follows from it.
        var severity = normalized ? Severity.Note : AtChanceCheck.Applies(examination) ? Severity.Error : Severity.Warning;
        yield return Found(severity, normalized ? Confidence.Certain : Confidence.Likely, "",
            $"The inputs are {(size > Large ? "large" : "small")}: from {Number(data.Least)} to {Number(data.Most)}, "
                + $"with a root mean square of {Number(size)}. Initial weights are made for values around "
                + $"1{(normalized ? "; here a normalization takes the scale away before the first activation" : "")}.",
            size > Large ? "Divide images of bytes by 255, or standardize: take the mean of the training data away and "
                + "divide by its standard deviation." : "Standardize: take the mean of the training data away and divide by its standard deviation.",
            ("root_mean_square", size), ("mean", data.Mean), ("standard_deviation", data.Deviation), ("least", data.Least), ("most", data.Most));
    }

    static string Number(double value) => value.ToString("G4", System.Globalization.CultureInfo.InvariantCulture);
}
