namespace Ballast;

/// <summary>A dataset of tensors in memory, whose first axes are the samples: any number of inputs and targets, of any types and shapes.
/// PyTorch: <c>torch.utils.data.TensorDataset</c>.</summary>
public sealed class TensorDataset : Dataset
{
    readonly TensorList inputs, targets;

    /// <summary>Makes a dataset of samples [N, ...] and their targets [N, ...]. The tensors are not copied.</summary>
    /// <param name="inputs">What goes into the network: one tensor, several (<c>[left, right]</c>), or several with names
    /// (<see cref="TensorList.Named"/>).</param>
    /// <param name="targets">What is to come out: int64 [N] for classes, float [N, K] for numbers, int64 [N, H, W] for masks; null or
    /// <c>[]</c> for nothing.</param>
    /// <param name="classNames">The name of each class; none where null.</param>
    /// <exception cref="ArgumentException">No inputs, or tensors of different numbers of samples.</exception>
    public TensorDataset(TensorList inputs, TensorList? targets = null, IReadOnlyList<string>? classNames = null)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        targets ??= [];
        Throw.Unless(inputs.Count > 0, $"TensorDataset: there are no inputs. Expected one tensor or more.");
        foreach (var tensor in inputs.Concat(targets))
        {
            Throw.Unless(tensor.Shape.Rank > 0, $"TensorDataset: expected tensors [N, ...], got one value. Give it a first axis: [1].");
            Throw.Unless(tensor.Shape[0] == inputs[0].Shape[0],
                $"TensorDataset: expected tensors of {inputs[0].Shape[0]} samples, as the first input {inputs[0].Shape} has, got {tensor.Shape}. "
                    + $"The first axis of each is the samples.");
        }

        // Detached: no backward pass takes them back, and a recipe is computed once.
        this.inputs = inputs.Select(Kept);
        this.targets = targets.Select(Kept);
        Inputs = SampleField.Of(this.inputs, "input").Select(WithoutBatch).ToArray();
        Targets = SampleField.Of(this.targets, "target").Select(WithoutBatch).ToArray();
        ClassNames = classNames ?? [];
    }

    /// <inheritdoc/>
    public override int Count => inputs[0].Shape[0];

    /// <inheritdoc/>
    public override Shape SampleShape => Inputs[0].Shape;

    /// <inheritdoc/>
    public override IReadOnlyList<SampleField> Inputs { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<SampleField> Targets { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> ClassNames { get; }

    /// <summary>The class of a sample, where the first target is int64 [N].</summary>
    /// <exception cref="ArgumentException">There is no such sample, or the first target is no class.</exception>
    public override int Label(int index)
    {
        CheckIndex(index);
        return Targets.Count > 0 && Targets[0].IsClass ? checked((int)targets[0].AsSpan<long>()[index]) : base.Label(index);
    }

    /// <inheritdoc/>
    public override void Read(int index, Span<float> destination)
    {
        CheckIndex(index);
        CheckDestination(destination.Length);
        inputs[0].AsSpan<float>().Slice(index * destination.Length, destination.Length).CopyTo(destination);
    }

    /// <inheritdoc/>
    public override TensorList ReadTargets(int index)
    {
        CheckIndex(index);
        return targets.Select(tensor => tensor.Select(0, index));
    }

    /// <inheritdoc/>
    public override Sample Get(int index)
    {
        CheckIndex(index);
        return new Sample(inputs.Select(tensor => tensor.Select(0, index)), ReadTargets(index));
    }

    internal override bool GivesSamples => true;

    internal override bool Gathers => true;

    internal override Batch Gather(ReadOnlySpan<int> samples)
    {
        foreach (int index in samples)
            CheckIndex(index);
        return new Batch(Rows(inputs, Inputs, samples), Rows(targets, Targets, samples));
    }

    static TensorList Rows(TensorList tensors, IReadOnlyList<SampleField> fields, ReadOnlySpan<int> samples)
    {
        var rows = new Tensor[tensors.Count];
        for (int i = 0; i < rows.Length; i++)
            rows[i] = Rows(tensors[i], fields[i].Shape.Batched(samples.Length), samples);
        return TensorList.Of(rows, tensors.Names);
    }

    static Tensor Rows(Tensor tensor, Shape shape, ReadOnlySpan<int> samples)
    {
        var (from, to) = (tensor.Memory, Buffer.Rent(tensor.ElementType, shape.Length));
        int size = shape.Length / samples.Length;
        if (from.Type.Size() == sizeof(long))
            Copy<long>(from, to, tensor.Length, size, samples);
        else if (from.Type.Size() == sizeof(float))
            Copy<float>(from, to, tensor.Length, size, samples);
        else
            Copy<byte>(from, to, tensor.Length, size, samples);
        return new Tensor(shape, new Values(to));
    }

    static void Copy<T>(Buffer from, Buffer to, int length, int size, ReadOnlySpan<int> samples)
        where T : unmanaged
    {
        ReadOnlySpan<T> source = from.Span<T>(length);
        var destination = to.Span<T>(size * samples.Length);
        for (int i = 0; i < samples.Length; i++)
            source.Slice(samples[i] * size, size).CopyTo(destination[(i * size)..]);
    }

    static Tensor Kept(Tensor tensor) => tensor.Detach();

    static SampleField WithoutBatch(SampleField field) => field with { Shape = new Shape(field.Shape.ToArray().AsSpan(1)) };
}
