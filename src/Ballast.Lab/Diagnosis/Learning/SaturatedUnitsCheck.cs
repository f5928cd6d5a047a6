namespace Ballast.Lab;

/// <summary>Sigmoids or tanhs where they are flat: hardly any gradient passes.</summary>
sealed class SaturatedUnitsCheck : DoctorCheck
{
    const double Many = 0.6;

    public override string Name => "saturated-units";

    public override string Reference => "Glorot and Bengio 2010; Ioffe and Szegedy 2015, section 1";

    public override bool NeedsNorms => false;

    public override string? Missing(Examination examination) => examination.Measured is not { Batches: > 0 } ? NeedsBatches : null;

    public override IEnumerable<Finding> Find(Examination examination)
    {
        foreach (var vitals in examination.Measured!.Layers.Where(static vitals => vitals.FlatShare > Many))
        {
            yield return Found(Severity.Warning, Confidence.Certain, vitals.Name,
                $"{vitals.Name} {vitals.Layer} is flat for most of what it is given: at these values its slope "
                    + "is below a hundredth of the largest, and so little of the gradient passes.",
                "Standardize the inputs, begin with smaller weights, or put batch normalization before the activation.",
                ("share_of_values", vitals.FlatShare), ("samples", examination.Measured.Looked));
        }
    }
}
