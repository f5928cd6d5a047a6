namespace Ballast;

/// <summary>The running statistics of a batch normalization, wherever it is in a network: those of a module, or those of a node of a graph that
/// was read from a file.</summary>
public sealed class KeptStatistics
{
    readonly IRunningStatistics layer;

    KeptStatistics(string name, IRunningStatistics layer) => (Name, this.layer) = (name, layer);

    /// <summary>The layer's name in the network: <c>layers.2</c>; empty if it is the network.</summary>
    public string Name { get; }

    /// <summary>The layer: a <see cref="BatchNorm"/>, or what stands for a node of a graph.</summary>
    public Module Layer => (Module)layer;

    /// <summary>C, the number of channels.</summary>
    public int NumFeatures => layer.NumFeatures;

    /// <summary>Whether they are held fixed: see <see cref="Freezing"/>. Held ones are used in training too.</summary>
    public bool IsHeld => ((IFreezable)layer).StatisticsFrozen;

    /// <summary>Finds all batch normalizations of a network that keep running statistics, each once, in the order of the network.</summary>
    /// <param name="model">The network.</param>
    public static IReadOnlyList<KeptStatistics> Of(Module model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return [.. StatisticsPass.Layers(model).Where(static entry => entry.Layer is IFreezable { HasStatistics: true })
            .Select(static entry => new KeptStatistics(entry.Name, entry.Layer))];
    }

    /// <summary>A copy of the running mean and of the running variance, which is unbiased: each [C].</summary>
    public (double[] Mean, double[] Variance) Read()
    {
        double[] both = new double[2 * NumFeatures];
        layer.CopyRunning(both);
        return (both[..NumFeatures], both[NumFeatures..]);
    }

    /// <summary>Replaces them.</summary>
    /// <param name="mean">[C].</param>
    /// <param name="variance">The unbiased variance: [C].</param>
    /// <param name="batches">How many batches they come from, where the layer counts them.</param>
    /// <exception cref="ArgumentException">Another number of values than there are channels.</exception>
    public void Write(ReadOnlySpan<double> mean, ReadOnlySpan<double> variance, long batches)
    {
        Throw.Unless(mean.Length == NumFeatures && variance.Length == NumFeatures,
            $"KeptStatistics.Write: {Layer.Title} has {NumFeatures} channels, got {mean.Length} means and {variance.Length} variances.");
        layer.SetRunning(mean, variance, batches);
    }
}
