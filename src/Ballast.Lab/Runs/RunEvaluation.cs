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
    /// <param name="augmentation">How often the network sees each image; null for as often as the run's recipe says.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <exception cref="ArgumentException">A state of another network, a run without test images, or images of other
    /// classes or another shape.</exception>
    /// <exception cref="InvalidDataException">A damaged file.</exception>
    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    public static RunTest Run(
        RunFolder folder, RunData source, string? weights = null, string? testData = null, bool fold = false,
        TestTimeAugmentation? augmentation = null, CancellationToken cancellation = default)
    {
        var settings = testData is null ? folder.Record.Settings : folder.Record.Settings with { TestData = testData };
        var (network, path) = RunNetwork.Load(folder, weights);
        var images = source.Test(settings, cancellation) ?? throw new ArgumentException(
            $"{folder.Path} was trained on data of its own and names no test images. Name a folder or a file of them.");
        folder.Record.TrainedOn.RefuseOther(images, NamedDatasets.Title(settings.TestName));
        network.Eval();
        var folding = fold ? Folding.Fold(network) : null;
        var recipe = Recipes.Of(settings);
        var used = augmentation ?? recipe?.TestTimeAugmentation ?? TestTimeAugmentation.None;
        return new RunTest(Of(network, images, recipe, used, cancellation), path, folding, used);
    }

    /// <summary>Tests a network on images that are prepared as its recipe says.</summary>
    internal static Evaluation Of(
        Module network, ByteDataset images, Recipe? recipe, TestTimeAugmentation augmentation, CancellationToken cancellation) =>
        Evaluation.Run(
            network, recipe is null ? images : images.Standardize(recipe.Standardization), augmentation,
            cancellation: cancellation);
}

/// <summary>What a run's network does on the test images.</summary>
/// <param name="Test">How well it does.</param>
/// <param name="Weights">The file its state came from.</param>
/// <param name="Folding">What became of its batch normalizations, where they were to be folded.</param>
/// <param name="Augmentation">How often the network saw each image.</param>
public sealed record RunTest(Evaluation Test, string Weights, FoldingReport? Folding, TestTimeAugmentation Augmentation);
