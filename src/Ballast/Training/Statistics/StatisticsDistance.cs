namespace Ballast;

/// <summary>How far the statistics of data lie from those that a normalization has kept.</summary>
/// <param name="Name">The layer's name in the network.</param>
/// <param name="Distance">The mean over the channels of |mean of the data - kept mean| / sqrt(kept variance).</param>
/// <param name="VarianceRatio">The geometric mean over the channels of the variance of the data / the kept one; infinite where a kept one is 0.
/// </param>
public sealed record StatisticsDistance(string Name, double Distance, double VarianceRatio)
{
    /// <summary>Measures all normalizations of a network that have kept statistics, whether these move or are held. The data go through the network
    /// once in evaluation mode, each layer normalizing with the statistics of the batch, so that it is judged by itself; nothing changes.</summary>
    /// <param name="model">The network.</param>
    /// <param name="loader">The data.</param>
    /// <param name="most">How many batches are taken at most.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <returns>The layers in the order of the network; those that nothing reached are left out.</returns>
    /// <exception cref="ArgumentException">Data that do not fit the network.</exception>
    public static IReadOnlyList<StatisticsDistance> Measure(
        Module model, DataLoader loader, int most = int.MaxValue, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(loader);
        var layers = StatisticsPass.Layers(model).Where(static entry => entry.Layer is IFreezable { HasStatistics: true }).ToList();
        var gathered = layers.ConvertAll(static entry => new StatisticsAccumulator(entry.Layer.NumFeatures, StatisticsEstimate.Population));
        var generators = new GeneratorStates(model, loader.Generator);
        using var off = Tensor.NoGrad();
        using (ModeScope.Evaluate())
        using (Observation.Begin(layers.ConvertAll(static entry => entry.Layer), i => gathered[i]))
        {
            try
            {
                foreach (var batch in loader.Take(most))
                {
                    cancellation.ThrowIfCancellationRequested();
                    BatchForward.Run(model, batch);
                }
            }
            finally
            {
                generators.Restore();
            }
        }

        return [.. layers.Select((entry, i) => Of(entry.Name, entry.Layer, gathered[i])).OfType<StatisticsDistance>()];
    }

    static StatisticsDistance? Of(string name, IRunningStatistics layer, StatisticsAccumulator measured)
    {
        if (measured.Batches == 0)
            return null;
        int channels = layer.NumFeatures;
        double[] kept = new double[2 * channels], seen = new double[2 * channels];
        layer.CopyRunning(kept);
        measured.CopyTo(seen);
        double distance = 0, ratio = 0;
        for (int c = 0; c < channels; c++)
        {
            distance += Math.Abs(seen[c] - kept[c]) / Math.Sqrt(Math.Max(kept[channels + c], 1e-12)) / channels;
            ratio += Math.Log(Math.Max(seen[channels + c], 1e-12) / Math.Max(kept[channels + c], 1e-12)) / channels;
        }

        return new StatisticsDistance(name, distance, Math.Exp(ratio));
    }
}
