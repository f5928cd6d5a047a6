namespace Ballast;

/// <summary>Values of a network that is being recorded: what they are for this input, and what they are called in the graph.</summary>
/// <param name="owner">Who records.</param>
/// <param name="value">The value in the graph.</param>
sealed class TracedValues(Recorder owner, GraphTensor value) : BackendValues
{
    /// <summary>The value in the graph.</summary>
    public GraphTensor Value => value;

    /// <inheritdoc/>
    public override ElementType Type => value.Tensor.ElementType;

    /// <inheritdoc/>
    public override int Length => value.Tensor.Length;

    /// <inheritdoc/>
    public override Backend Owner => owner;

    /// <inheritdoc/>
    public override void CopyTo(Span<double> destination)
    {
        if (!value.IsConstant)
            owner.NoteRead();
        var tensor = value.Tensor;
        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] = tensor.ElementType switch
            {
                ElementType.Int64 => tensor.AsSpan<long>()[i],
                ElementType.Bool => tensor.AsSpan<bool>()[i] ? 1 : 0,
                ElementType.UInt8 => tensor.AsSpan<byte>()[i],
                _ => tensor.AsSpan()[i],
            };
        }
    }

    /// <inheritdoc/>
    public override BackendValues Sum(Tensor other) => throw new InvalidOperationException(
        "An export records a forward pass; it has no gradients. Do not call Backward in a Forward.");
}
