namespace Ballast.Lab;

/// <summary>Units behind a ReLU that give zero for every sample: no gradient reaches them, and they stay so.</summary>
sealed class DeadUnitsCheck : DoctorCheck
{
    const double Many = 0.5, NearlyAll = 0.95;

    public override string Name => "dead-units";

    public override string Reference => "Lu et al. 2019 (arXiv 1903.06733), \"Dying ReLU and initialization\"";

    public override bool NeedsNorms => false;

    public override string? Missing(Examination examination) => examination.Measured is not { Batches: > 0 } ? NeedsBatches : null;

    public override IEnumerable<Finding> Find(Examination examination)
    {
        foreach (var vitals in examination.Measured!.Layers.Where(static vitals => vitals.Layer is ReLU && vitals.Units > 0))
        {
            double share = (double)vitals.Dead / vitals.Units;
            // Behind a batch normalization they are what dead-channels looks for.
            if (share <= Many || examination.Before(vitals.Layer).FirstOrDefault().Module is BatchNorm)
                continue;
            yield return Found(share >= NearlyAll ? Severity.Error : Severity.Warning, Confidence.Certain, vitals.Name,
                $"{vitals.Dead} of {vitals.Units} units of {vitals.Name} {vitals.Layer} give zero for every sample. "
                    + "Nothing reaches the layers behind them, and no gradient those before.",
                "A smaller learning rate, smaller inputs or initial biases at 0; LeakyReLU; or batch normalization before the activation.",
                ("units", vitals.Units), ("dead", vitals.Dead), ("share", share), ("samples", examination.Measured.Looked));
            if (share >= NearlyAll)
                yield break; // what comes behind follows from it
        }
    }
}
