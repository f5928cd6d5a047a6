namespace Ballast;

/// <summary>What an <see cref="Evaluation"/> measures.</summary>
public sealed record EvaluationOptions
{
    /// <summary>The mean loss of the first output and the first target; null, the default, for the cross entropy where the samples have classes,
    /// and otherwise for none: the loss is then not a number.</summary>
    public Func<Tensor, Tensor, Tensor>? Loss { get; init; }

    /// <summary>The mean loss of a batch and all that the network made of it, with its parts; in place of <see cref="Loss"/>.</summary>
    public Func<Batch, TensorList, LossValue>? Objective { get; init; }

    /// <summary>The metrics, which are cleared first and hold their values afterwards; null, the default, for the accuracy where the samples have
    /// classes, and otherwise for none.</summary>
    public IReadOnlyList<TrainerMetric>? Metrics { get; init; }

    /// <summary>How many samples at once, where a dataset is evaluated and not a loader: 500.</summary>
    public int BatchSize { get; init; } = 500;

    /// <summary>Makes a batch of samples, where a dataset is evaluated and not a loader; null, the default, for
    /// <see cref="Ballast.Collate.Stack"/>.</summary>
    public Func<IReadOnlyList<Sample>, Batch>? Collate { get; init; }

    /// <summary>The loss of a batch; null for the sum of the cross entropies, or for none.</summary>
    internal Func<Batch, TensorList, LossValue>? LossOf =>
        Objective ?? (Loss is { } loss ? (batch, outputs) => loss(outputs[0], batch.Targets) : null);

    /// <summary>The metrics for a dataset.</summary>
    internal IReadOnlyList<TrainerMetric> MetricsFor(Dataset dataset) => Metrics ?? (HasClasses(dataset) ? [new Accuracy()] : []);

    /// <summary>Whether samples have one class and nothing else.</summary>
    internal static bool HasClasses(Dataset dataset) => dataset.Targets is [{ IsClass: true }];

    /// <summary>Whether the cross entropy is a loss of a dataset's samples: int64 targets, of whatever shape.</summary>
    internal static bool TakesCrossEntropy(Dataset dataset) => dataset.Targets is [{ ElementType: ElementType.Int64 }, ..];
}
