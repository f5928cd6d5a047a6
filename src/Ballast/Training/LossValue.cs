namespace Ballast;

/// <summary>The loss of a batch, and the parts it is made of, each with a name that lines show.</summary>
public readonly struct LossValue
{
    readonly IReadOnlyList<(string Name, Tensor Value)>? parts;

    /// <summary>Takes a loss and its parts.</summary>
    /// <param name="total">What gradients are taken of: one value.</param>
    /// <param name="parts">Values to show beside it, one each.</param>
    public LossValue(Tensor total, params IReadOnlyList<(string Name, Tensor Value)> parts) => (Total, this.parts) = (total, parts);

    /// <summary>What gradients are taken of: one value.</summary>
    public Tensor Total { get; }

    /// <summary>Values to show beside it.</summary>
    public IReadOnlyList<(string Name, Tensor Value)> Parts => parts ?? [];

    /// <summary>A loss that is the sum of its parts: <c>LossValue.Sum(("reconstruction", x), ("kl", y))</c>.</summary>
    /// <exception cref="ArgumentException">No parts.</exception>
    public static LossValue Sum(params IReadOnlyList<(string Name, Tensor Value)> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        Throw.Unless(parts.Count > 0, $"LossValue.Sum: expected one part or more.");
        return new LossValue(parts.Skip(1).Aggregate(parts[0].Value, static (sum, part) => sum + part.Value), parts);
    }

    /// <summary>A loss without parts.</summary>
    public static LossValue FromTensor(Tensor total) => new(total);

    /// <summary>A loss without parts.</summary>
    public static implicit operator LossValue(Tensor total) => new(total);

    /// <summary>The numbers of the parts.</summary>
    internal MetricValues Numbers => Parts.Count == 0 ? MetricValues.None
        : new MetricValues(Parts.Select(static part => new MetricValue(part.Name, part.Value.Item())));
}

/// <summary>What a training step of one's own ends with: the numbers that lines show.</summary>
/// <param name="loss">The loss; training ends where it is not finite.</param>
/// <param name="parts">Numbers to show beside it.</param>
public sealed class StepLoss(double loss, params IReadOnlyList<(string Name, double Value)> parts)
{
    /// <summary>A loss that is the sum of its parts: <c>StepLoss.Sum(("discriminator", d), ("generator", g))</c>.</summary>
    public static StepLoss Sum(params IReadOnlyList<(string Name, double Value)> parts) => new(parts.Sum(static part => part.Value), parts);

    /// <summary>The loss.</summary>
    public double Loss => loss;

    /// <summary>Numbers to show beside it.</summary>
    public MetricValues Parts { get; } =
        parts.Count == 0 ? MetricValues.None : new(parts.Select(static part => new MetricValue(part.Name, part.Value)));

    /// <summary>What metrics look at; null where there are none.</summary>
    public TensorList? Outputs { get; init; }
}
