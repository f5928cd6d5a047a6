namespace Ballast.Lab;

/// <summary>Makes a run's network and loads what it has learned.</summary>
static class RunNetwork
{
    /// <summary>Makes the network for a run's settings, with fresh weights.</summary>
    /// <exception cref="LayerTextException">Layers that do not fit each other or the samples.</exception>
    /// <exception cref="ArgumentException">Samples that the model does not take.</exception>
    public static Module Build(RunSettings settings, RunSamples samples) =>
        settings.Tuning is { Network: not null } tuning ? RunTuning.Build(tuning, samples)
            : NamedNetworks.Build(settings.Layers, samples.ToShape(), samples.ClassNames.Count);

    /// <summary>Makes a run's network and loads its state.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="weights">A safetensors file of the network's state; null for the run's weights, or its checkpoint while
    /// it is not complete.</param>
    /// <returns>The network, and the file its state came from.</returns>
    /// <exception cref="ArgumentException">A state of another network.</exception>
    /// <exception cref="InvalidDataException">A damaged file.</exception>
    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    public static (Module Network, string Weights) Load(RunFolder folder, string? weights)
    {
        var (state, path) = State(folder, weights);
        return (Load(folder.Record.Settings, folder.Record.TrainedOn, state, path), path);
    }

    /// <summary>Makes a network for some settings and gives it a state.</summary>
    /// <exception cref="ArgumentException">A state of another network.</exception>
    public static Module Load(RunSettings settings, RunSamples samples, StateDict state, string path)
    {
        var network = Build(settings, samples);
        try
        {
            network.LoadStateDict(state);
        }
        catch (ArgumentException error)
        {
            throw new ArgumentException($"{path} does not belong to the network {settings.Layers}. {error.Message}", error);
        }

        return network;
    }

    /// <summary>Reads the state of the network for some settings.</summary>
    /// <exception cref="ArgumentException">Weights of another network.</exception>
    /// <exception cref="InvalidDataException">A damaged file.</exception>
    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    public static StateDict Read(string path, RunSettings settings, RunSamples samples) =>
        WeightReader.Current?.Read(path, () => Build(settings, samples), samples.ToShape()) ?? StateFile.Load(path);

    /// <summary>Makes the network for a file and gives it a state.</summary>
    /// <exception cref="ArgumentException">A state of another network.</exception>
    public static Module Load(FileTask task, StateDict state, string path)
    {
        using var generator = Generator.UseDefault(new Generator(0));
        try
        {
            var network = task.Build(state);
            network.Eval();
            return network;
        }
        catch (ArgumentException error)
        {
            throw new ArgumentException($"{path} does not belong to the network of this run. {error.Message}", error);
        }
    }

    /// <summary>Reads a run's state.</summary>
    /// <returns>The state, and the file that it is in.</returns>
    /// <exception cref="InvalidDataException">A damaged file.</exception>
    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    public static (StateDict State, string Path) State(RunFolder folder, string? weights)
    {
        string path = weights ?? folder.WeightsPath;
        if (weights is not null || File.Exists(path))
            return (folder.Record.File is null ? Read(path, folder.Record.Settings, folder.Record.TrainedOn) : StateFile.Load(path), path);
        if (File.Exists(folder.CheckpointPath))
            return (Checkpoint.Load(folder.CheckpointPath).Model, folder.CheckpointPath);
        throw new FileNotFoundException($"{folder.Path} has neither weights nor a checkpoint yet.");
    }
}
