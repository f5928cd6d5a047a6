using System.Globalization;
using System.Text;

namespace Ballast;

/// <summary>What validation goes by.</summary>
public enum ValidationMetric
{
    /// <summary>The mean loss of a sample: the smaller, the better.</summary>
    Loss,

    /// <summary>The share of samples that are classified right: the larger, the better.</summary>
    Accuracy,
}

/// <summary>What a <see cref="Trainer"/> looks at after each epoch: how well the network does on samples it is not trained on.
/// </summary>
/// <param name="Dataset">The samples.</param>
public sealed record ValidationOptions(Dataset Dataset)
{
    /// <summary>What validation goes by, where <see cref="Monitor"/> names nothing else.</summary>
    public ValidationMetric Metric { get; init; } = ValidationMetric.Loss;

    /// <summary>The name of the metric that validation goes by, one of <see cref="TrainerOptions.Metrics"/>, which knows whether more or less is
    /// better; null, the default, for <see cref="Metric"/>.</summary>
    public string? Monitor { get; init; }

    /// <summary>Makes a batch of samples; null, the default, for the training loader's way.</summary>
    public Func<IReadOnlyList<Sample>, Batch>? Collate { get; init; }

    /// <summary>After how many epochs in a row without a better one training stops; null, the default, for never.</summary>
    public int? Patience { get; init; }

    /// <summary>By how much an epoch must at least be better to count: 0.</summary>
    public double MinDelta { get; init; }

    /// <summary>Where the weights of the best epoch are kept, as safetensors; null, the default, for nowhere.</summary>
    public string? BestPath { get; init; }

    /// <summary>Text that is kept with them.</summary>
    public IReadOnlyDictionary<string, string> BestMetadata { get; init; } = new Dictionary<string, string>();

    /// <summary>How many samples at once: 500.</summary>
    public int BatchSize { get; init; } = 500;

    // Numbers as they are written everywhere, whatever the culture of the caller.
    bool PrintMembers(StringBuilder builder)
    {
        builder.Append(CultureInfo.InvariantCulture,
            $"Dataset = {Dataset}, Metric = {Monitor ?? Metric.ToString()}, "
                + $"Patience = {Patience}, MinDelta = {MinDelta}, BestPath = {BestPath}, BatchSize = {BatchSize}");
        return true;
    }

    /// <summary>Refuses settings that cannot work.</summary>
    internal void Check()
    {
        Throw.Unless(Patience is null or > 0, $"Validation: expected a patience of at least 1 epoch, got {Patience}.");
        Throw.Unless(double.IsFinite(MinDelta) && MinDelta >= 0, $"Validation: expected a least improvement of 0 or more, got {MinDelta}.");
        Throw.Unless(BatchSize > 0, $"Validation: expected a batch size of at least 1, got {BatchSize}.");
        Throw.Unless(Dataset.Count > 0, $"Validation: the dataset has no samples.");
    }
}

/// <summary>How the network did after an epoch.</summary>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="Step">How many mini-batches are done in all.</param>
/// <param name="Result">The loss and the metrics.</param>
/// <param name="IsBest">Whether no epoch before was as good.</param>
public sealed record ValidationLine(int Epoch, long Step, Evaluation Result, bool IsBest);
