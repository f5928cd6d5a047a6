namespace Ballast.Lab;

/// <summary>Which statistics batch normalizations use on the test images.</summary>
public enum StatisticsSource
{
    /// <summary>The running ones that training left.</summary>
    Running,

    /// <summary>The mean of those of the training batches (<see cref="StatisticsEstimate.MeanOfBatches"/>).</summary>
    Precise,

    /// <summary>Those of all training images as one population (<see cref="StatisticsEstimate.Population"/>).</summary>
    Population,

    /// <summary>Those of the test images themselves (<see cref="AdaptiveBatchNorm"/>).</summary>
    Test,
}

/// <summary>How batch normalizations are brought up to date, or adapted, before or while a run is tested.</summary>
/// <param name="Source">Which statistics they use; <see cref="StatisticsSource.Running"/> with <paramref name="TentLearningRate"/>,
/// which does without.</param>
/// <param name="TentLearningRate">The learning rate with which <see cref="Tent"/> adapts as it goes; null for no adapting.</param>
/// <param name="BatchSize">How many images at once, where that matters; null for the run's own batches of training images, and
/// 200 test images.</param>
public sealed record TestStatistics(
    StatisticsSource Source = StatisticsSource.Running, float? TentLearningRate = null, int? BatchSize = null)
{
    const int TestBatch = 200; // the paper's, for CIFAR-10

    /// <summary>Called as images are gone through for their statistics: what is done, and how much of it.</summary>
    public Action<string, double>? OnProgress { get; init; }

    /// <summary>Replaces a network's running statistics where this asks for it.</summary>
    /// <exception cref="ArgumentException">The network has none, or the images do not fit it.</exception>
    internal void Measure(Module network, RunSettings settings, RunData source, Dataset test, CancellationToken cancellation)
    {
        switch (Source)
        {
            case StatisticsSource.Precise or StatisticsSource.Population:
                var estimate = Source == StatisticsSource.Precise
                    ? StatisticsEstimate.MeanOfBatches : StatisticsEstimate.Population;
                RefuseWithout(network);
                var train = source.Train(settings, cancellation);
                PreciseStatistics.Update(
                    network, Loader(train, BatchSize ?? settings.BatchSize, settings.Seed), estimate, Report("the training images"), cancellation);
                break;
            case StatisticsSource.Test:
                RefuseWithout(network);
                AdaptiveBatchNorm.Update(network, Loader(test, BatchSize ?? TestBatch, settings.Seed), Report("the test images"), cancellation);
                break;
            default:
                break;
        }
    }

    /// <summary>Tests a network, adapting it if this asks for it.</summary>
    internal Evaluation Test(Module network, RunSettings settings, Dataset test, CancellationToken cancellation)
    {
        if (TentLearningRate is not { } learningRate)
            return Evaluation.Run(network, test, cancellation: cancellation);
        using var tent = new Tent(network, parameters => new Adam(parameters, learningRate));
        // Images of a folder lie sorted by class; all of them are tested, so that the last batch is what is left.
        var loader = new DataLoader(test, BatchSize ?? TestBatch, shuffle: true, generator: new Generator(settings.Seed));
        return Evaluation.Run(tent.Forward, loader, cancellation);
    }

    static void RefuseWithout(Module network)
    {
        if (!PreciseStatistics.AppliesTo(network))
        {
            throw new ArgumentException(
                "The network has no batch normalization with running statistics: there is nothing to measure. Evaluate it as it is.");
        }
    }

    // In random order, for a folder's images lie sorted by class; a last image alone has no variance.
    static DataLoader Loader(Dataset dataset, int batchSize, long seed)
    {
        batchSize = Math.Min(batchSize, dataset.Count);
        bool dropLast = dataset.Count % batchSize == 1;
        return new DataLoader(dataset, batchSize, shuffle: true, dropLast, new Generator(seed));
    }

    Action<StatisticsProgress>? Report(string what) => OnProgress is null ? null
        : done => OnProgress($"statistics of {what}", (double)done.Batch / done.Batches);
}
