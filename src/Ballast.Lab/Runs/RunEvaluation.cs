namespace Ballast.Lab;

/// <summary>Tests a run's network again, after it was trained or in the middle of it.</summary>
public static class RunEvaluation
{
    /// <summary>Makes the network, loads its state and tests it.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="source">Where the test images come from.</param>
    /// <param name="weights">A safetensors file of the network's state; null for the run's weights, or its checkpoint while
    /// it is not complete.</param>
    /// <param name="testData">What to test on, as in <see cref="RunSettings.TestData"/>; null for what the run's settings say.
    /// </param>
    /// <param name="fold">Whether batch normalizations are folded into the layers before them first.</param>
    /// <param name="statistics">Which statistics they use; null for the running ones.</param>
    /// <param name="augmentation">How often the network sees each image; null for as often as the run's recipe says, and once where
    /// <see cref="Tent"/> adapts.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <exception cref="ArgumentException">A state of another network, a run without test images, images of other classes or
    /// another shape, statistics asked of a network that has none, or folding what <see cref="Tent"/> adapts.</exception>
    /// <exception cref="InvalidDataException">A damaged file.</exception>
    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    public static RunTest Run(
        RunFolder folder, RunData source, string? weights = null, string? testData = null, bool fold = false,
        TestStatistics? statistics = null, TestTimeAugmentation? augmentation = null, CancellationToken cancellation = default)
    {
        statistics ??= new TestStatistics();
        if (statistics.TentLearningRate is not null && (fold || statistics.Source != StatisticsSource.Running))
            throw new ArgumentException("Tent normalizes with the statistics of each batch: it takes neither folding nor other statistics.");
        if (statistics.TentLearningRate is not null && augmentation is not null and not TestTimeAugmentation.None)
            throw new ArgumentException("Tent adapts to each batch as it comes: it sees each image once.");
        var settings = testData is null ? folder.Record.Settings : folder.Record.Settings with { TestData = testData };
        if (!settings.IsTested)
        {
            throw new ArgumentException(
                $"{folder.Path} was trained on data of its own and names no test images. Name a folder or a file of them.");
        }

        RunData.RefuseMissing(settings with { Data = null });
        var (network, path) = RunNetwork.Load(folder, weights);
        var images = source.Test(settings, cancellation)!;
        folder.Record.TrainedOn.RefuseOther(images, NamedDatasets.Title(settings.TestName));
        network.Eval();
        statistics.Measure(network, settings, source, images, cancellation);
        var folding = fold ? Folding.Fold(network) : null;
        bool tent = statistics.TentLearningRate is not null;
        var used = augmentation ?? (tent ? TestTimeAugmentation.None : settings.TestedWith);
        return new RunTest(
            tent || used == TestTimeAugmentation.None
                ? statistics.Test(network, settings, images, cancellation)
                : Evaluation.Run(network, images, used, cancellation: cancellation),
            path, folding)
        { Augmentation = used };
    }
}

/// <summary>What a run's network does on the test images.</summary>
/// <param name="Test">How well it does.</param>
/// <param name="Weights">The file its state came from.</param>
/// <param name="Folding">What became of its batch normalizations, where they were to be folded.</param>
public sealed record RunTest(Evaluation Test, string Weights, FoldingReport? Folding)
{
    /// <summary>How often the network saw each image.</summary>
    public TestTimeAugmentation Augmentation { get; init; }
}
