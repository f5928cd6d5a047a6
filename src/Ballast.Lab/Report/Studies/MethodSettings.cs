using System.Globalization;

namespace Ballast.Lab;

/// <summary>What training does besides, as a table of settings names it.</summary>
static class MethodSettings
{
    /// <summary>All that a training is made with, but its seed and its data.</summary>
    public static List<Setting> Describe(RunSettings settings) =>
    [
        new("Layers", settings.Layers),
        new("Epochs", Text(settings.Epochs)),
        new("Images in a mini-batch", Text(settings.BatchSize)),
        new("Optimizer", settings.Optimizer == OptimizerKind.Sgd ? "SGD" : settings.Optimizer.ToString()),
        new("Learning rate", Text(settings.LearningRate)),
        .. settings.Momentum != 0 ? [new("Momentum", Text(settings.Momentum))] : (Setting[])[],
        .. settings.WeightDecay is { } decay ? [new("Weight decay", Text(decay))] : (Setting[])[],
        .. settings.Nesterov ? [new("Nesterov", "yes")] : (Setting[])[],
        .. Describe(settings.Does),
    ];

    /// <summary>What differs from nothing.</summary>
    public static IEnumerable<Setting> Describe(RunMethods methods)
    {
        if (methods.LabelSmoothing != 0)
            yield return new("Label smoothing", Text(methods.LabelSmoothing));
        if (methods.ClassWeights is { } weights)
            yield return new("Class weights", List(weights));
        if (methods.Schedule is { } schedule)
            yield return new("Schedule", schedule);
        if (methods.WarmUp > 0)
            yield return new("Warm-up, mini-batches", Text(methods.WarmUp));
        if (methods.ClipNorm is { } norm)
            yield return new("Largest norm of the gradient", Text(norm));
        if (methods.ClipValue is { } value)
            yield return new("Largest value of a gradient", Text(value));
        if (methods.SkipNonFinite)
            yield return new("Steps that are not finite", "left out");
        if (methods.NoDecayNorms)
            yield return new("Weight decay of normalizations and biases", "none");
        if (methods.BiasLearningRateFactor != 1)
            yield return new("Learning rate of biases and shifts", $"{Text(methods.BiasLearningRateFactor)} times");
        if (methods.Crop > 0)
            yield return new("Crop", $"padded by {Text(methods.Crop)} pixels, {(methods.CropPadding == PaddingMode.Zeros ? "zeros" : "reflected")}");
        if (methods.Flip != FlipKind.None)
            yield return new("Mirrored", methods.Flip == FlipKind.Random ? "at random" : "every second epoch");
        if (methods.Cutout > 0)
            yield return new("Cutout, pixels", Text(methods.Cutout));
        if (methods.Scale is { } scale)
            yield return new("Standardized", $"by means {List(scale.Mean)} and deviations {List(scale.Std)}");
    }

    static string List(IEnumerable<float> values) => string.Join(", ", values.Select(static value => Text(value)));

    /// <summary>A setting's number as one writes it, 0.00005 and not 5E-05.</summary>
    public static string Text(IFormattable value)
    {
        string exact = value.ToString(null, CultureInfo.InvariantCulture);
        return exact.Contains("E-", StringComparison.Ordinal)
            && decimal.TryParse(exact, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal small)
            && Math.Abs(small) >= 1e-7m ? small.ToString("0.############", CultureInfo.InvariantCulture) : exact;
    }
}
