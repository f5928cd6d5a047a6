namespace Ballast.Lab;

/// <summary>Tests a run's network again, after it was trained or in the middle of it.</summary>
public static class RunEvaluation
{
    /// <summary>Makes the network, loads its state and tests it.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="source">Where the test images come from.</param>
    /// <param name="weights">A safetensors file of the network's state; null for the run's weights, or its checkpoint while
    /// it is not complete.</param>
    /// <param name="testData">A file of test records; null for those of the run's settings.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <returns>How well it does, and the file its state came from.</returns>
    /// <exception cref="ArgumentException">A state of another network, or a run without test images.</exception>
    /// <exception cref="InvalidDataException">A damaged file.</exception>
    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    public static (Evaluation Test, string Weights) Run(
        RunFolder folder, RunData source, string? weights = null, string? testData = null,
        CancellationToken cancellation = default)
    {
        var settings = testData is null ? folder.Record.Settings : folder.Record.Settings with { TestData = testData };
        var (state, path) = State(folder, weights);
        var images = source.Test(settings, cancellation)
            ?? throw new ArgumentException($"{folder.Path} was trained on a file of its own and names no test images. Name a file of them.");
        var network = NamedNetworks.Build(settings.Layers, images.SampleShape, images.ClassNames.Count);
        try
        {
            network.LoadStateDict(state);
        }
        catch (ArgumentException error)
        {
            throw new ArgumentException($"{path} does not belong to the network {settings.Layers}. {error.Message}", error);
        }

        return (Evaluation.Run(network, images, cancellation: cancellation), path);
    }

    static (StateDict State, string Path) State(RunFolder folder, string? weights)
    {
        string path = weights ?? folder.WeightsPath;
        if (weights is not null || File.Exists(path))
            return (StateFile.Load(path), path);
        if (File.Exists(folder.CheckpointPath))
            return (Checkpoint.Load(folder.CheckpointPath).Model, folder.CheckpointPath);
        throw new FileNotFoundException($"{folder.Path} has neither weights nor a checkpoint yet.");
    }
}
