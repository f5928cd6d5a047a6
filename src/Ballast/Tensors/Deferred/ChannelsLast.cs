using Ballast.Kernels;

namespace Ballast;

/// <summary>Values of [N, C, ...] in memory as [N, ..., C]: what convolutions write and read, and what passes between them.
/// </summary>
sealed class ChannelsLast : DeferredChannels
{
    readonly ChannelLayout layout;
    Buffer? rowMajor;

    /// <summary>Takes over the hold on the memory.</summary>
    public ChannelsLast(Buffer values, ChannelLayout layout)
    {
        this.layout = layout;
        Keep(values);
    }

    /// <inheritdoc/>
    public override ChannelLayout Layout => layout;

    /// <inheritdoc/>
    public override bool TryOperand(Shape shape, out Operand operand)
    {
        operand = default;
        if (!FitsUnder(shape))
            return false;
        var values = HoldInOrder();
        values.Release(); // this keeps it
        operand = new Operand(values, Ballast.Layout.ChannelsLast(shape));
        return true;
    }

    /// <inheritdoc/>
    public override Buffer RowMajor(int length)
    {
        lock (this)
            return rowMajor ??= Compute(length);
    }

    /// <inheritdoc/>
    protected override void ReleaseSources()
    {
        base.ReleaseSources();
        rowMajor?.Release();
    }

    /// <inheritdoc/>
    protected override Buffer ComputeInOrder() => throw new System.Diagnostics.UnreachableException();

    /// <inheritdoc/>
    protected override void ReleaseOperands()
    {
    }
}
