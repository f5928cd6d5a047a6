using System.Runtime.InteropServices;

namespace Ballast;

/// <summary>A number that says how well a network does, added up over batches in double. A <see cref="Trainer"/> shows it in each line, an
/// <see cref="Evaluation"/> gives it for a dataset, and validation may go by it (<see cref="ValidationOptions.Monitor"/>). torchmetrics:
/// <c>Metric</c>.</summary>
/// <remarks>
/// <para>A metric of one's own adds to <see cref="Sums"/> in <see cref="Take"/> and makes its <see cref="Value"/> of them. What it remembers is
/// there and nowhere else: a trainer copies it, clears it and keeps it in checkpoints. Its value should not depend on how the samples are divided
/// into batches.</para>
/// <code>
/// sealed class Within(double tolerance) : TrainerMetric("within", higherIsBetter: true, sums: 2)
/// {
///     protected override void Take(Tensor output, Tensor target)
///     {
///         foreach (float error in (output - target).Abs().AsSpan())
///             Sums[0] += error &lt;= tolerance ? 1 : 0;
///         Sums[1] += output.Length;
///     }
///
///     public override double Value => Sums[0] / Sums[1];
/// }
/// </code>
/// </remarks>
public abstract class TrainerMetric
{
    readonly int initial;
    double[] sums;
    int used;

    /// <summary>Takes what every metric has.</summary>
    /// <param name="name">What it is called in lines: <c>accuracy</c>.</param>
    /// <param name="higherIsBetter">Whether a larger value is a better one.</param>
    /// <param name="sums">How many numbers it remembers, 0 at first.</param>
    /// <exception cref="ArgumentException">No name, or fewer than no numbers.</exception>
    protected TrainerMetric(string name, bool higherIsBetter, int sums)
    {
        Throw.Unless(!string.IsNullOrEmpty(name) && sums >= 0,
            $"{GetType().Name}: expected a name, and 0 or more numbers to remember, got \"{name}\" and {sums}.");
        (Name, HigherIsBetter, initial, used) = (name, higherIsBetter, sums, sums);
        this.sums = new double[sums];
    }

    /// <summary>What it is called in lines. Two metrics of one kind side by side need names of their own.</summary>
    public string Name { get; init; }

    /// <summary>Whether a larger value is a better one.</summary>
    public bool HigherIsBetter { get; }

    /// <summary>Which of the network's outputs it looks at: 0, the first.</summary>
    public int Output { get; init; }

    /// <summary>Which of the batch's targets it looks at: 0, the first.</summary>
    public int Target { get; init; }

    /// <summary>The value over all batches since the last <see cref="Reset"/>; not a number where there was none.</summary>
    public abstract double Value { get; }

    /// <summary>All that a line shows: the value under its name, unless this is overridden.</summary>
    public virtual MetricValues Values => new(new MetricValue(Name, Value));

    /// <summary>The numbers it remembers.</summary>
    protected Span<double> Sums => sums.AsSpan(0, used);

    /// <summary>Takes a batch: the output and the target that it looks at, unless this is overridden.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="outputs">What the network made of it.</param>
    /// <exception cref="ArgumentException">There is no such output or target, or they do not fit.</exception>
    public virtual void Update(Batch batch, TensorList outputs)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        Throw.Unless(Output < outputs.Count && Target < batch.AllTargets.Count,
            $"{GetType().Name}: looks at output {Output} and target {Target}, and there are {outputs.Count} outputs and "
                + $"{batch.AllTargets.Count} targets.");
        Take(outputs[Output], batch.AllTargets[Target]);
    }

    /// <summary>Takes outputs and targets without a batch around them.</summary>
    /// <exception cref="ArgumentException">They do not fit.</exception>
    public void Update(Tensor output, Tensor target) => Take(output, target);

    /// <summary>Adds a batch.</summary>
    /// <param name="output">The output that it looks at.</param>
    /// <param name="target">The target that it looks at.</param>
    protected abstract void Take(Tensor output, Tensor target);

    /// <summary>Forgets all batches.</summary>
    public void Reset()
    {
        used = initial;
        sums.AsSpan(0, used).Clear();
    }

    /// <summary>Makes room for more numbers; those that come are 0.</summary>
    /// <param name="count">How many there are to be in all.</param>
    protected void Grow(int count)
    {
        if (count <= used)
            return;
        if (count > sums.Length)
            Array.Resize(ref sums, Math.Max(count, 2 * sums.Length));
        sums.AsSpan(used, count - used).Clear();
        used = count;
    }

    /// <summary>The same metric with sums of its own, cleared.</summary>
    internal TrainerMetric Copy()
    {
        var copy = (TrainerMetric)MemberwiseClone();
        copy.sums = new double[initial];
        copy.used = initial;
        return copy;
    }

    /// <summary>What it remembers, for a checkpoint.</summary>
    internal byte[] Save() => MemoryMarshal.AsBytes(Sums).ToArray();

    /// <summary>Takes over what it remembered.</summary>
    internal void Load(ReadOnlySpan<byte> state)
    {
        sums = MemoryMarshal.Cast<byte, double>(state).ToArray();
        used = sums.Length;
    }
}
