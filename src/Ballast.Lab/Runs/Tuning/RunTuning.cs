namespace Ballast.Lab;

/// <summary>What a run that begins with a trained network does besides.</summary>
static class RunTuning
{
    /// <summary>Makes the network of a file for some samples and classes.</summary>
    public static Module Build(TuningSettings tuning, RunSamples samples)
    {
        var body = BodyReader.Required.Read(tuning.Network!, tuning.Cut, tuning.Body == TunedBody.Fresh);
        return new TunedNetwork(body, samples.ToShape(), samples.ClassNames.Count);
    }

    /// <summary>Freezes of a network what the settings say; null where they say nothing.</summary>
    /// <exception cref="ArgumentException">A network without a linear layer, or settings that do not go together.</exception>
    public static FineTuning? Of(RunSettings settings, Module network)
    {
        if (settings.Tuning is not { } tuning)
            return null;
        tuning.Check();
        if (settings.Does.Special is not null)
            throw new ArgumentException("A recipe trains its network from the first. Leave the recipe out, or what is begun with.");
        FineTuning tuned = new(network);
        if (tuning.Body == TunedBody.Frozen)
            tuned.FreezeBody();
        tuned.Normalize(tuning.Normalizations);
        return tuned;
    }

    /// <summary>Takes over the trained body, and measures statistics where they are to adapt: once, before training.</summary>
    /// <param name="settings">How it is trained.</param>
    /// <param name="tuned">The network.</param>
    /// <param name="trained">The samples that it is trained on.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <exception cref="ArgumentException">A state of another network.</exception>
    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    public static void Start(RunSettings settings, FineTuning tuned, ByteDataset trained, CancellationToken cancellation)
    {
        var tuning = settings.Tuning!;
        if (tuning.Body != TunedBody.Fresh && tuning.Weights is { } path)
        {
            try
            {
                tuned.LoadBody(StateFile.Load(path));
            }
            catch (ArgumentException error)
            {
                throw new ArgumentException($"{path} does not belong to the network {settings.Layers}. {error.Message}", error);
            }
        }

        if (tuning.Normalizations != NormalizationMode.Adapting)
            return;
        var loader = new DataLoader(trained, Math.Min(settings.BatchSize, trained.Count), shuffle: true, generator: new Generator(settings.Seed));
        tuned.Normalize(NormalizationMode.Adapting, loader, cancellation);
    }

    /// <summary>What a fixed body makes of some samples; null where it is computed anew each time.</summary>
    public static FeatureDataset? Keep(RunSettings settings, FineTuning? tuned, Dataset data, CancellationToken cancellation) =>
        tuned is not null && Keeps(settings) && tuned.IsBodyFixed
            ? tuned.Keep(
                data, Math.Min(settings.BatchSize, data.Count), (long)settings.Tuning!.FeatureMemory << 20, cancellation: cancellation)
            : null;

    /// <summary>Whether what the body computes is to be kept: it is frozen, and the samples are the same each time.</summary>
    public static bool Keeps(RunSettings settings) =>
        settings.Tuning is { Body: TunedBody.Frozen, FeatureMemory: > 0 } && RunTraining.Transforms(settings).Count == 0;

    /// <summary>The loader of what a fixed body makes of a loader's samples, which draws the same orders; the loader itself where it is not kept.
    /// </summary>
    public static DataLoader Keep(RunSettings settings, FineTuning? tuned, DataLoader loader, CancellationToken cancellation) =>
        Keep(settings, tuned, loader.Dataset, cancellation) is { } kept
            ? new DataLoader(kept, loader.BatchSize, shuffle: true, dropLast: loader.DropLast) : loader;

    /// <summary>A chain with as many outputs as there are classes; other texts as they are.</summary>
    public static string WithHead(string layers, int classes)
    {
        string[] words = layers.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words is not [.., var last] || NamedNetworks.IsName(words[0]) || !last.StartsWith("linear:", StringComparison.OrdinalIgnoreCase))
            return layers;
        int comma = last.IndexOf(',', StringComparison.Ordinal);
        words[^1] = $"linear:{classes}{(comma < 0 ? "" : last[comma..])}";
        return string.Join(' ', words);
    }
}
