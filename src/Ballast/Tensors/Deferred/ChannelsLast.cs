using Ballast.Kernels;

namespace Ballast;

/// <summary>Values of [N, C, ...] in memory as [N, ..., C]: what convolutions write and read, and what passes between them.
/// </summary>
sealed class ChannelsLast(Buffer values, ChannelLayout layout) : ChannelRecipe
{
    Buffer? rowMajor;

    /// <inheritdoc/>
    public override ChannelLayout Layout => layout;

    /// <summary>Whether the memory is held by this recipe alone.</summary>
    public bool OwnsValues => values.IsExclusive;

    /// <summary>The values of a tensor with channels last, with a hold of the caller's own. Values that nobody has read yet
    /// are computed in this order, and the tensor or its recipe keeps them so.</summary>
    public static Buffer Hold(Tensor x, ChannelLayout layout)
    {
        if (x.Recipe is not ChannelRecipe recipe || recipe.Layout != layout)
            return Transposed(x.AsSpan(), layout);
        if (recipe is ChannelsLast or ComputedOnce)
            return recipe.HoldInOrder();
        var computed = recipe.HoldInOrder();
        x.Replace(new ChannelsLast(computed.Hold(), layout));
        return computed;
    }

    /// <summary>A gradient with channels last; takes over the hold on it.</summary>
    public static Buffer Read(Values gradient, ChannelLayout layout)
    {
        if (gradient.Recipe is ChannelRecipe recipe && recipe.Layout == layout)
        {
            var inOrder = recipe.HoldInOrder();
            recipe.Release();
            return inOrder;
        }

        var rows = gradient.Read(layout.Length);
        var transposed = Transposed(rows.Span(layout.Length), layout);
        rows.Release();
        return transposed;
    }

    static Buffer Transposed(ReadOnlySpan<float> rowMajor, ChannelLayout layout)
    {
        var transposed = Buffer.Rent(layout.Length);
        Transposition.Compute(rowMajor, transposed.Span(layout.Length), layout.N, layout.C, layout.L);
        return transposed;
    }

    /// <inheritdoc/>
    public override Buffer RowMajor(int length)
    {
        lock (this)
            return rowMajor ??= Compute(length);
    }

    /// <inheritdoc/>
    public override bool TryOperand(Shape shape, out Operand operand)
    {
        operand = FitsUnder(shape) ? new Operand(values, Ballast.Layout.ChannelsLast(shape)) : default;
        return FitsUnder(shape);
    }

    /// <inheritdoc/>
    public override Buffer HoldInOrder() => values.Hold();

    /// <inheritdoc/>
    public override void WriteInOrder(Span<float> destination) =>
        values.Span(destination.Length).CopyTo(destination);

    /// <inheritdoc/>
    public override void WriteChannel(int channel, Span<float> destination) =>
        layout.Gather(values.Span(layout.Length), channel, destination);

    /// <inheritdoc/>
    protected override void ReleaseSources()
    {
        values.Release();
        rowMajor?.Release();
    }
}
