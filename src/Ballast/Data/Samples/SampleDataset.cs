namespace Ballast;

/// <summary>A dataset that makes each sample as tensors: any number of inputs and targets, of any types and shapes. PyTorch: a map-style
/// <c>Dataset</c> whose <c>__getitem__</c> returns a tuple.</summary>
/// <remarks>
/// The samples of a batch are stacked (<see cref="Collate.Stack"/>), or put together by the loader's collate function where their shapes
/// differ (<see cref="Collate.Pad"/>).
/// <code>
/// sealed class Pairs(float[][] rows) : SampleDataset
/// {
///     public override int Count => rows.Length;
///
///     public override Sample Get(int index)
///     {
///         int other = (index + 1) % rows.Length;
///         return new Sample(
///             TensorList.Named(("left", Tensor.From(rows[index], [8])), ("right", Tensor.From(rows[other], [8]))),
///             Sample.Number(rows[index][0] == rows[other][0] ? 1 : 0));
///     }
/// }
/// </code>
/// </remarks>
public abstract class SampleDataset : Dataset
{
    (SampleField[] Inputs, SampleField[] Targets)? fields;

    /// <summary>A sample. It answers for the same index with the same values each time, from any thread.</summary>
    /// <param name="index">0 up to <see cref="Dataset.Count"/> - 1.</param>
    public abstract override Sample Get(int index);

    /// <summary>What the inputs are: those of the first sample.</summary>
    public override IReadOnlyList<SampleField> Inputs => First.Inputs;

    /// <summary>What the targets are: those of the first sample.</summary>
    public override IReadOnlyList<SampleField> Targets => First.Targets;

    /// <summary>The shape of the first sample's first input. Others may have others where a collate function takes them.</summary>
    public override Shape SampleShape => First.Inputs[0].Shape;

    /// <summary>The class of a sample, where its first target is one.</summary>
    /// <exception cref="ArgumentException">The first target is no class.</exception>
    public sealed override int Label(int index)
    {
        var targets = Get(index).Targets;
        return targets.Count > 0 && SampleField.Of("", targets[0]).IsClass ? checked((int)targets[0].Item<long>()) : base.Label(index);
    }

    /// <summary>Writes the values of a sample's first input, which are floats.</summary>
    /// <exception cref="ArgumentException">The destination has another size.</exception>
    public sealed override void Read(int index, Span<float> destination)
    {
        var input = Get(index).Inputs[0];
        Throw.Unless(input.Length == destination.Length,
            $"{GetType().Name}: the sample {index} has {input.Length} values, {input.Shape}, got room for {destination.Length}.");
        input.AsSpan().CopyTo(destination);
    }

    /// <inheritdoc/>
    public sealed override TensorList ReadTargets(int index) => Get(index).Targets;

    internal sealed override bool GivesSamples => true;

    (SampleField[] Inputs, SampleField[] Targets) First => fields ??= ReadFirst();

    (SampleField[], SampleField[]) ReadFirst()
    {
        Throw.Unless(Count > 0, $"{GetType().Name}: the dataset has no samples.");
        var sample = Get(0);
        Throw.Unless(sample.Inputs.Count > 0, $"{GetType().Name}: the sample 0 has no input. Expected one or more.");
        return (SampleField.Of(sample.Inputs, "input"), SampleField.Of(sample.Targets, "target"));
    }
}
