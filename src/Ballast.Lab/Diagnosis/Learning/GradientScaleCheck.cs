namespace Ballast.Lab;

/// <summary>Gradients that vanish or explode on their way back through the layers.</summary>
sealed class GradientScaleCheck : DoctorCheck
{
    const double Ratio = 1e3;
    const int FewestLayers = 3;

    public override string Name => "gradient-scale";

    public override string Reference => "Glorot and Bengio 2010; He et al. 2015";

    public override bool NeedsNorms => false;

    public override string? Missing(Examination examination) => examination.Measured is not { Batches: > 0 } ? NeedsBatches
        : examination.Measured.TrainingLoss is null ? NeedsLoss : null;

    public override IEnumerable<Finding> Find(Examination examination)
    {
        var layers = examination.Measured!.Layers.Where(static vitals => double.IsFinite(vitals.Gradient)).ToList();
        if (layers.Count < FewestLayers || layers[^1].Gradient <= 0)
            yield break;
        double last = layers[^1].Gradient;
        var (smallest, largest) = (layers.MinBy(static vitals => vitals.Gradient)!, layers.MaxBy(static vitals => vitals.Gradient)!);
        if (smallest.Gradient < last / Ratio)
        {
            yield return Found(Severity.Warning, Confidence.Certain, smallest.Name,
                $"The gradient vanishes on its way back: at {smallest.Name} {smallest.Layer} it is {Number(smallest.Gradient / last)} "
                    + $"times what it is at {layers[^1].Name}. That layer learns hardly anything.",
                "Batch normalization before the activations, ReLU in place of sigmoid or tanh, initial weights "
                    + "that fit the number of inputs (He et al. 2015), or connections around layers.",
                ("gradient_at_this_layer", smallest.Gradient), ("gradient_at_the_last_layer", last), ("layers", layers.Count));
        }
        else if (largest.Gradient > last * Ratio)
        {
            yield return Found(Severity.Warning, Confidence.Certain, largest.Name,
                $"The gradient explodes on its way back: at {largest.Name} {largest.Layer} it is {Number(largest.Gradient / last)} "
                    + $"times what it is at {layers[^1].Name}.",
                "Smaller initial weights, batch normalization before the activations, or gradients clipped by their norm.",
                ("gradient_at_this_layer", largest.Gradient), ("gradient_at_the_last_layer", last), ("layers", layers.Count));
        }
    }

    static string Number(double value) => value.ToString("G2", System.Globalization.CultureInfo.InvariantCulture);
}
