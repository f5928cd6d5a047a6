namespace Ballast.Lab;

/// <summary>What one training run measured. A run that was stopped has fewer points and no test figures.</summary>
public sealed record RunCurve
{
    /// <summary>The loss over training, in the order of the steps; may be empty.</summary>
    public IReadOnlyList<LossPoint> Points { get; init; } = [];

    /// <summary>The epochs that are over, in their order.</summary>
    public IReadOnlyList<EpochPoint> Epochs { get; init; } = [];

    /// <summary>The learning rate and the gradient over training; may be empty.</summary>
    public IReadOnlyList<RatePoint> Rates { get; init; } = [];

    /// <summary>How activations are distributed, from before training to the last epoch; may be empty.</summary>
    public IReadOnlyList<LayerSpread> Activations { get; init; } = [];

    /// <summary>Mean loss on the test images in evaluation mode; null if not measured.</summary>
    public double? TestLoss { get; init; }

    /// <summary>Share of the test images classified correctly, 0 to 1; null if not measured.</summary>
    public double? TestAccuracy { get; init; }

    /// <summary>What else was measured on what it was tested on, by its name.</summary>
    public IReadOnlyDictionary<string, double> TestMeasures { get; init; } = new Dictionary<string, double>();

    /// <summary>How often the network saw each test image for those two.</summary>
    public TestTimeAugmentation TestTimeAugmentation { get; init; }

    /// <summary>Share of the test images classified correctly when the network sees each once, as it is; null if not
    /// measured.</summary>
    public double? PlainTestAccuracy { get; init; }

    /// <summary>Time spent training, in seconds; null if not measured.</summary>
    public double? TrainingSeconds { get; init; }

    /// <summary>Training images per second; null if not measured.</summary>
    public double? ImagesPerSecond { get; init; }

    /// <summary>Why the run ended where it did, if there is something to say: <c>Stopped with Ctrl-C.</c></summary>
    public string? Remark { get; init; }

    /// <summary>The first point whose loss is not finite.</summary>
    internal LossPoint? Broken
    {
        get
        {
            foreach (var point in Points)
            {
                if (!double.IsFinite(point.Loss))
                    return point;
            }

            return null;
        }
    }

    /// <summary>The mean loss of an epoch; null if it has fewer than <paramref name="points"/> points (and some) or one that is
    /// not finite.</summary>
    internal double? EpochMean(int epoch, int points)
    {
        double sum = 0;
        int count = 0;
        foreach (var point in Points)
        {
            if (point.Epoch != epoch)
                continue;
            sum += point.Loss;
            count++;
        }

        // An epoch of fewer mini-batches than make a point has its own mean.
        if (count == 0 && Epochs.FirstOrDefault(known => known.Epoch == epoch) is { Loss: { } own } && double.IsFinite(own))
            return own;
        return count >= points && double.IsFinite(sum) ? sum / count : null;
    }
}
