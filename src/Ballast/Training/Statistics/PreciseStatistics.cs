namespace Ballast;

/// <summary>Replaces the running statistics of a network's batch normalizations by exact ones over data, for instance after
/// weights were averaged or training stopped before the moving averages settled. Wu &amp; Johnson 2021, section 3; PyTorch:
/// <c>torch.optim.swa_utils.update_bn</c>; fvcore: <c>update_bn_stats</c>.</summary>
/// <remarks>The data are gone through once, in training mode and without gradients: each layer normalizes with the statistics of
/// the batch, as it did in training, and all are measured in the same pass, in double. Momenta are not used, and the mode of
/// each part, the default generator, the loader's and those of dropouts are put back.</remarks>
public static class PreciseStatistics
{
    /// <summary>Whether a network has anything to measure: a normalization with running statistics.</summary>
    public static bool AppliesTo(Module model) => StatisticsPass.Layers(model).Any(static entry => entry.Layer.IsTracking);

    /// <summary>Measures the statistics and puts them into the layers, with <c>num_batches_tracked</c> the number of batches.
    /// </summary>
    /// <param name="model">A network with batch normalizations.</param>
    /// <param name="loader">The data, as a rule those it was trained on. Batches are best drawn at random: from data that lie
    /// sorted by class each batch would have statistics of its own class.</param>
    /// <param name="estimate">How the batches are put together.</param>
    /// <param name="onProgress">Called after each batch.</param>
    /// <param name="cancellation">Stops between two batches; the running statistics then stay as they were.</param>
    /// <returns>What each layer was given, in the order of the network. A layer that no batch reached keeps its statistics.
    /// </returns>
    /// <exception cref="ArgumentException">A network without running statistics, or data that do not fit it.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static IReadOnlyList<MeasuredStatistics> Update(
        Module model, DataLoader loader, StatisticsEstimate estimate = StatisticsEstimate.MeanOfBatches,
        Action<StatisticsProgress>? onProgress = null, CancellationToken cancellation = default) =>
        StatisticsPass.Run("PreciseStatistics.Update", model, loader, training: true, estimate, onProgress, cancellation);
}

/// <summary>How the statistics of batches become those of the data.</summary>
public enum StatisticsEstimate
{
    /// <summary>The mean of the batches' means and that of their unbiased variances, each batch with the same weight whatever
    /// its size. PyTorch: <c>update_bn</c>, which is momentum null.</summary>
    MeanOfBatches,

    /// <summary>The mean and the variance of all M values of a channel as one population: with the law of total variance,
    /// what lies between the batches' means counts too. The variance divides by M - 1, as a running variance does; fvcore's,
    /// which divides by M, is less by a share of 1 / M. Wu &amp; Johnson 2021, appendix.</summary>
    Population,
}

/// <summary>The statistics that a layer was given.</summary>
/// <param name="Name">Its name in the network: <c>layers.2</c>; empty if it is the network.</param>
/// <param name="Layer">What it is: <c>BatchNorm1d(64)</c>.</param>
/// <param name="Batches">How many batches it has seen; 0 where none reached it, and its statistics are the old ones.</param>
/// <param name="Values">How many values of each channel it has seen.</param>
public sealed record MeasuredStatistics(string Name, string Layer, long Batches, long Values);

/// <summary>How far a pass over data is.</summary>
/// <param name="Batch">How many batches are done.</param>
/// <param name="Batches">How many there are.</param>
public readonly record struct StatisticsProgress(int Batch, int Batches);
