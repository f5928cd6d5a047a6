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

    /// <summary>Replaces the running statistics.</summary>
    /// <param name="mean">[C].</param>
    /// <param name="variance">The unbiased variance: [C].</param>
    /// <param name="batches">How many batches they come from.</param>
    void SetRunning(ReadOnlySpan<double> mean, ReadOnlySpan<double> variance, long batches);

    /// <summary>Writes the running mean and the unbiased variance: [2, C].</summary>
    void CopyRunning(Span<double> statistics);
}

/// <summary>Takes the statistics of batches in place of a layer's running ones. While <see cref="Observation"/> has one for a layer, it
/// normalizes with the batch's own statistics in either mode, and the running ones stay as they are.</summary>
interface IStatisticsObserver
{
    /// <summary>A layer has measured a batch.</summary>
    /// <param name="statistics">The mean and the biased variance of each channel: [2, C].</param>
    /// <param name="count">How many values of each channel they come from: 2 or more.</param>
    void Observe(ReadOnlySpan<double> statistics, int count);
}
