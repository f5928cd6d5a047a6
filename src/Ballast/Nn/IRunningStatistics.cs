namespace Ballast;

/// <summary>A layer that normalizes with the statistics of batches and keeps running ones for evaluation.</summary>
interface IRunningStatistics
{
    /// <summary>C, the number of channels.</summary>
    int NumFeatures { get; }

    /// <summary>gamma: [C], or null.</summary>
    Parameter? Weight { get; }

    /// <summary>beta: [C], or null.</summary>
    Parameter? Bias { get; }

    /// <summary>Whether running statistics are kept.</summary>
    bool IsTracking { get; }

    /// <summary>Who takes the statistics of each batch. While there is one, the layer normalizes with the batch's own
    /// statistics in either mode, and the running ones stay as they are.</summary>
    IStatisticsObserver? Observer { get; set; }

    /// <summary>Replaces the running statistics.</summary>
    /// <param name="mean">[C].</param>
    /// <param name="variance">The unbiased variance: [C].</param>
    /// <param name="batches">How many batches they come from.</param>
    void SetRunning(ReadOnlySpan<double> mean, ReadOnlySpan<double> variance, long batches);
}

/// <summary>Takes the statistics of batches in place of a layer's running ones.</summary>
interface IStatisticsObserver
{
    /// <summary>A layer has measured a batch.</summary>
    /// <param name="statistics">The mean and the biased variance of each channel: [2, C].</param>
    /// <param name="count">How many values of each channel they come from: 2 or more.</param>
    void Observe(ReadOnlySpan<double> statistics, int count);
}

/// <summary>What layers with running statistics share.</summary>
static class RunningStatistics
{
    /// <summary>Rounds statistics to a running tensor.</summary>
    public static void Write(ReadOnlySpan<double> values, Tensor running)
    {
        var to = running.Mutate();
        for (int c = 0; c < to.Length; c++)
            to[c] = (float)values[c];
    }

    /// <summary>Refuses a batch that has one value a channel, where its own statistics are wanted.</summary>
    public static void RefuseSingle(Module layer, Shape shape) => Throw.Argument(
        $"{layer}: expected more than 1 value per channel where a batch's own statistics are used, got input {shape}. " +
        "One value has no variance. Use a larger batch, or leave the last incomplete one out (DataLoader with dropLast: true).");
}
