namespace Ballast;

/// <summary>What is added up between two lines of the log, or over an epoch: losses, their parts, metrics.</summary>
sealed class RunningMeans
{
    readonly TrainerMetric[] metrics;
    readonly HashSet<string> unknown = [];
    readonly Dictionary<string, double> parts = [];

    /// <summary>Begins with nothing.</summary>
    /// <param name="metrics">The metrics, which are copied.</param>
    public RunningMeans(IReadOnlyList<TrainerMetric> metrics) => this.metrics = [.. metrics.Select(static metric => metric.Copy())];

    /// <summary>The sum of the losses; not a number where it is not known.</summary>
    public double Loss { get; private set; }

    /// <summary>How many samples there were.</summary>
    public long Samples { get; private set; }

    /// <summary>How many mini-batches there were.</summary>
    public long Batches { get; private set; }

    /// <summary>How many samples were classified right, where that is counted.</summary>
    public long Correct => metrics.OfType<Accuracy>().FirstOrDefault() is { } accuracy ? accuracy.Right : 0;

    /// <summary>Whether the accuracy is the one metric there is: lines then have it as their own.</summary>
    public bool HasAccuracyAlone => metrics is [Accuracy { Name: "accuracy" }];

    /// <summary>The sums of the parts of losses.</summary>
    public IReadOnlyDictionary<string, double> PartSums => parts;

    /// <summary>Takes what the network made of a batch.</summary>
    public void Look(Batch batch, TensorList outputs)
    {
        foreach (var metric in metrics)
            metric.Update(batch, outputs);
    }

    /// <summary>Takes the loss of a batch.</summary>
    public void Add(double loss, MetricValues of, int samples)
    {
        Loss += loss;
        Samples += samples;
        Batches++;
        foreach (var (name, value) in of)
            parts[name] = parts.GetValueOrDefault(name) + value;
    }

    /// <summary>Begins anew.</summary>
    public void Reset()
    {
        (Loss, Samples, Batches) = (0, 0, 0);
        parts.Clear();
        unknown.Clear();
        foreach (var metric in metrics)
            metric.Reset();
    }

    /// <summary>The means of the parts.</summary>
    public MetricValues Parts(long batches) =>
        parts.Count == 0 ? MetricValues.None : new(parts.Select(part => new MetricValue(part.Key, part.Value / batches)));

    /// <summary>The metrics; not a number where the beginning is not known.</summary>
    public MetricValues Metrics() => new(metrics.SelectMany(metric => metric.Values.Select(
        value => unknown.Contains(metric.Name) || double.IsNaN(Loss) ? value with { Value = double.NaN } : value)));

    /// <summary>The accuracy, where it is one of the metrics; otherwise not a number.</summary>
    public double Accuracy => Metrics().TryGet("accuracy", out double value) ? value : double.NaN;

    /// <summary>What a checkpoint keeps of the metrics.</summary>
    public IEnumerable<(string Name, byte[] State)> Save() => metrics.Select(static metric => (metric.Name, metric.Save()));

    /// <summary>Goes on with what a checkpoint kept.</summary>
    public void Load(
        double loss, long correct, long samples, long batches, IReadOnlyDictionary<string, double> ofParts,
        IReadOnlyDictionary<string, byte[]> states)
    {
        Reset();
        (Loss, Samples, Batches) = (loss, samples, batches);
        foreach (var (name, sum) in ofParts)
            parts[name] = sum;
        foreach (var metric in metrics)
        {
            if (states.TryGetValue(metric.Name, out byte[]? state))
                metric.Load(state);
            else if (metric is Accuracy accuracy) // of before metrics were kept
                accuracy.Load(correct, samples);
            else if (samples > 0)
                unknown.Add(metric.Name);
        }
    }
}
