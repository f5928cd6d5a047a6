namespace Ballast.Lab;

/// <summary>A run's network with what it has learned.</summary>
public static class TrainedNetwork
{
    /// <summary>Makes a run's network and loads its state.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="weights">A file of the network's state; null for the run's weights, or its checkpoint while it is not complete.</param>
    /// <exception cref="ArgumentException">A state of another network.</exception>
    /// <exception cref="InvalidDataException">A damaged file.</exception>
    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    public static Module Load(RunFolder folder, string? weights = null) => RunNetwork.Load(folder, weights).Network;

    /// <summary>Makes the network of a run on a file and loads its state.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="task">What it learned.</param>
    /// <param name="weights">A file of the network's state; null for the run's weights, or its checkpoint while it is not complete.</param>
    /// <inheritdoc cref="Load(RunFolder, string?)"/>
    public static Module Load(RunFolder folder, FileTask task, string? weights = null)
    {
        var (state, path) = RunNetwork.State(folder, weights);
        return RunNetwork.Load(task, state, path);
    }
}
