namespace Ballast;

/// <summary>Adapts a trained network to data of another distribution by normalizing them with their own statistics in place of
/// the training data's; nothing is learned and no label is read. AdaBN, Li et al. 2016.</summary>
public static class AdaptiveBatchNorm
{
    /// <summary>Replaces the running statistics by those of a whole set of data: the mean and the variance of all its values
    /// (<see cref="StatisticsEstimate.Population"/>). They are measured in one pass in which each layer normalizes with the
    /// statistics of the batch, everything else in evaluation mode.</summary>
    /// <param name="model">A network with batch normalizations.</param>
    /// <param name="loader">The data to adapt to, in batches drawn at random.</param>
    /// <param name="onProgress">Called after each batch.</param>
    /// <param name="cancellation">Stops between two batches; the running statistics then stay as they were.</param>
    /// <returns>What each layer was given.</returns>
    /// <exception cref="ArgumentException">A network without running statistics, or data that do not fit it.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static IReadOnlyList<MeasuredStatistics> Update(
        Module model, DataLoader loader, Action<StatisticsProgress>? onProgress = null,
        CancellationToken cancellation = default) =>
        StatisticsPass.Run(
            "AdaptiveBatchNorm.Update", model, loader, training: false, StatisticsEstimate.Population, onProgress, cancellation);

    /// <summary>The output for one batch, normalized with its own statistics; everything else is in evaluation mode. The running
    /// statistics and the modes are left as they were, so that several threads may run the network at once.</summary>
    /// <param name="model">A network with batch normalizations.</param>
    /// <param name="inputs">The batch: its outputs depend on all of its samples.</param>
    /// <exception cref="ArgumentException">A network without batch normalization, or a batch that does not fit it or is too
    /// small to have a variance.</exception>
    public static Tensor Forward(Module model, Tensor inputs)
    {
        IRunningStatistics[] layers = [.. StatisticsPass.Layers(model).Select(static entry => entry.Layer)];
        Throw.Unless(layers.Length > 0, $"AdaptiveBatchNorm.Forward: {model.Title} has no batch normalization to adapt.");
        using var evaluating = ModeScope.Evaluate();
        using var observing = Observation.Begin(layers);
        return model.Forward(inputs);
    }
}
