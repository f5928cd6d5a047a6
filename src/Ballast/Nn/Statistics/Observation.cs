namespace Ballast;

/// <summary>Has layers normalize with the statistics of each batch until it is disposed of, on this thread alone: nothing of the
/// layers is changed.</summary>
sealed class Observation : IDisposable
{
    [ThreadStatic] static Observation? current;

    readonly IReadOnlyList<IRunningStatistics> layers;
    readonly IStatisticsObserver[] observers;
    readonly Observation? outer;

    Observation(IReadOnlyList<IRunningStatistics> layers, Func<int, IStatisticsObserver> observer)
    {
        this.layers = layers;
        observers = [.. Enumerable.Range(0, layers.Count).Select(observer)];
        outer = current;
        current = this;
    }

    /// <summary>Begins, with the layer number i shown to the observer number i.</summary>
    public static Observation Begin(IReadOnlyList<IRunningStatistics> layers, Func<int, IStatisticsObserver> observer) =>
        new(layers, observer);

    /// <summary>Begins; nobody keeps the statistics.</summary>
    public static Observation Begin(IReadOnlyList<IRunningStatistics> layers) => new(layers, static _ => Nobody.Instance);

    /// <summary>Who takes the statistics of a layer's batches on this thread; null where the layer does as it does otherwise.
    /// </summary>
    public static IStatisticsObserver? Of(IRunningStatistics layer) => current is null ? null : current.Find(layer);

    IStatisticsObserver? Find(IRunningStatistics layer)
    {
        for (int i = 0; i < layers.Count; i++)
        {
            if (layers[i] == layer)
                return observers[i];
        }

        return outer?.Find(layer);
    }

    /// <inheritdoc/>
    public void Dispose() => current = outer;

    sealed class Nobody : IStatisticsObserver
    {
        public static readonly Nobody Instance = new();

        public void Observe(ReadOnlySpan<double> statistics, int count)
        {
        }
    }
}
