namespace Ballast;

/// <summary>A dataset over floats in memory: PyTorch's <c>TensorDataset</c> of inputs and integer targets.</summary>
public sealed class ArrayDataset : Dataset
{
    readonly float[] values;
    readonly int[] labels;

    /// <summary>Makes a dataset over arrays, which are not copied: a later change of them changes the samples.</summary>
    /// <param name="values">The samples one after the other, each row-major.</param>
    /// <param name="labels">The class of each sample, 0 or more.</param>
    /// <param name="sampleShape">The shape of one sample.</param>
    /// <param name="classNames">The name of each class; none where null.</param>
    /// <exception cref="ArgumentException">The sizes don't fit together, or a label has no class.</exception>
    public ArrayDataset(float[] values, int[] labels, Shape sampleShape, IReadOnlyList<string>? classNames = null)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(labels);
        Throw.Unless(sampleShape.Length > 0, $"ArrayDataset: a sample has no values, its shape has an axis of size 0.");
        Throw.Unless(values.Length == (long)labels.Length * sampleShape.Length,
            $"ArrayDataset: {labels.Length} labels for samples of shape {sampleShape} need "
            + $"{(long)labels.Length * sampleShape.Length} values, got {values.Length}.");
        int classes = classNames is null ? int.MaxValue : classNames.Count;
        for (int i = 0; i < labels.Length; i++)
        {
            Throw.Unless(labels[i] >= 0 && labels[i] < classes,
                $"ArrayDataset: sample {i} has the label {labels[i]}; expected 0 to {classes - 1}.");
        }

        this.values = values;
        this.labels = labels;
        SampleShape = sampleShape;
        ClassNames = classNames ?? [];
    }

    /// <inheritdoc/>
    public override int Count => labels.Length;

    /// <inheritdoc/>
    public override Shape SampleShape { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> ClassNames { get; }

    /// <inheritdoc/>
    public override int Label(int index)
    {
        CheckIndex(index);
        return labels[index];
    }

    /// <inheritdoc/>
    public override void Read(int index, Span<float> destination)
    {
        CheckIndex(index);
        CheckDestination(destination.Length);
        values.AsSpan(index * SampleShape.Length, SampleShape.Length).CopyTo(destination);
    }
}
