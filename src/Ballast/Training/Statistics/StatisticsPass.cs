namespace Ballast;

/// <summary>Goes through data once and measures what each normalization with running statistics sees. While it does, each
/// normalizes with the statistics of the batch, so that all layers are measured in the one pass.</summary>
static class StatisticsPass
{
    /// <summary>Measures, and then replaces the running statistics. Generators are put back; where it is stopped or
    /// fails, nothing is changed.</summary>
    /// <param name="caller">Who wants it, for errors.</param>
    /// <param name="model">The network.</param>
    /// <param name="loader">The data.</param>
    /// <param name="training">The mode of everything else, such as dropout.</param>
    /// <param name="estimate">How batches are put together.</param>
    /// <param name="onProgress">Called after each batch.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    public static IReadOnlyList<MeasuredStatistics> Run(
        string caller, Module model, DataLoader loader, bool training, StatisticsEstimate estimate,
        Action<StatisticsProgress>? onProgress, CancellationToken cancellation)
    {
        var layers = Layers(model).Where(static entry => entry.Layer.IsTracking).ToList();
        Throw.Unless(layers.Count > 0,
            $"{caller}: {model.Title} has no batch normalization with running statistics. There is nothing to measure.");
        var gathered = layers.ConvertAll(entry => new StatisticsAccumulator(entry.Layer.NumFeatures, estimate));
        var generators = new GeneratorStates(model, loader.Generator);
        using var off = Tensor.NoGrad();
        using (ModeScope.Begin(training))
        using (Observation.Begin(layers.ConvertAll(static entry => entry.Layer), i => gathered[i]))
        {
            try
            {
                int done = 0;
                foreach (var batch in loader)
                {
                    cancellation.ThrowIfCancellationRequested();
                    BatchForward.Run(model, batch);
                    batch.MarkConsumed();
                    onProgress?.Invoke(new StatisticsProgress(++done, loader.Count));
                }
            }
            finally
            {
                generators.Restore();
            }
        }

        var measured = new List<MeasuredStatistics>();
        for (int i = 0; i < layers.Count; i++)
        {
            // One that no batch has reached keeps what it had.
            if (gathered[i].Batches > 0)
                gathered[i].Write(layers[i].Layer);
            measured.Add(new MeasuredStatistics(layers[i].Name, layers[i].Layer.ToString()!, gathered[i].Batches, gathered[i].Values));
        }

        return measured;
    }

    /// <summary>The normalizations over batches in a network, each once, by their dotted names.</summary>
    public static IEnumerable<(string Name, IRunningStatistics Layer)> Layers(Module model)
    {
        var met = new HashSet<IRunningStatistics>();
        foreach (var (name, module) in model.NamedModules())
        {
            if (module is IRunningStatistics layer && met.Add(layer))
                yield return (name, layer);
        }
    }
}
