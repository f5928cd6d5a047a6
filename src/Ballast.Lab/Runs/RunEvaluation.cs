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
    /// <param name="cancellation">Stops between two batches.</param>
    /// <returns>How well it does, and the file its state came from.</returns>
    /// <exception cref="ArgumentException">A state of another network, a run without test images, or images of other
    /// classes or another shape.</exception>
    /// <exception cref="InvalidDataException">A damaged file.</exception>
    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    public static (Evaluation Test, string Weights) Run(
        RunFolder folder, RunData source, string? weights = null, string? testData = null,
        CancellationToken cancellation = default)
    {
        var settings = testData is null ? folder.Record.Settings : folder.Record.Settings with { TestData = testData };
        var (network, path) = RunNetwork.Load(folder, weights);
        var images = source.Test(settings, cancellation) ?? throw new ArgumentException(
            $"{folder.Path} was trained on data of its own and names no test images. Name a folder or a file of them.");
        folder.Record.TrainedOn.RefuseOther(images, NamedDatasets.Title(settings.TestName));
        return (Evaluation.Run(network, images, cancellation: cancellation), path);
    }
}
