namespace Ballast.Lab;

/// <summary>A momentum that counts the wrong way round: 0.99 of Keras, which keeps so much, is 0.01 here.</summary>
sealed class ReversedMomentumCheck : DoctorCheck
{
    public override string Name => "reversed-momentum";

    public override string Reference => "pytorch/vision#8250";

    public override IEnumerable<Finding> Find(Examination examination)
    {
        var found = examination.Norms.Where(static entry => entry.Norm is { RunningMean: not null, Momentum: > 0.5 }).ToList();
        if (found.Count == 0)
            yield break;
        var (name, norm) = found[0];
        double momentum = norm.Momentum!.Value, reversed = Math.Round(1 - momentum, 6);
        string text = momentum.ToString(System.Globalization.CultureInfo.InvariantCulture);
        yield return Found(Severity.Warning, momentum == 1 ? Confidence.Possible : Confidence.Likely, name,
            $"{List([.. found.Select(static entry => entry.Name)])}: with momentum {text} the running statistics are "
                + "those of the last batch or two, for momentum is the weight of the newest batch. Keras and ONNX call the rest of it the momentum.",
            reversed > 0
                ? $"Use momentum {reversed.ToString(System.Globalization.CultureInfo.InvariantCulture)} if {text} was meant as the part that is kept."
                : "Use a momentum such as 0.1.",
            ("momentum", momentum), ("layers", found.Count));
    }
}
