using Ballast.Kernels;

namespace Ballast;

/// <summary>Values of [N, C, ...] in memory as [N, ..., C]: what convolutions write and read, and what passes between them.
/// </summary>
sealed class ChannelsLast : DeferredChannels
{
    readonly ChannelLayout layout;
    readonly Buffer? moments; // doubles
    Buffer? rowMajor;

    /// <summary>Takes over the holds on the memory.</summary>
    /// <param name="values">[N, ..., C].</param>
    /// <param name="layout">The sizes.</param>
    /// <param name="moments">The mean and the biased variance of each channel, [2, C] in double, or null where they are not known.</param>
    public ChannelsLast(Buffer values, ChannelLayout layout, Buffer? moments = null)
    {
        this.layout = layout;
        this.moments = moments;
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
    public override bool TryMoments(ChannelLayout layout, out ReadOnlySpan<double> moments)
    {
        bool known = this.moments is not null && layout == this.layout;
        moments = known ? MomentsOf(this.moments!, layout.C) : default;
        return known;
    }

    /// <summary>The room for moments in memory.</summary>
    public static Span<double> MomentsOf(Buffer memory, int channels) =>
        System.Runtime.InteropServices.MemoryMarshal.Cast<float, double>(memory.Span(4 * channels));

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
        moments?.Release();
    }

    /// <inheritdoc/>
    protected override Buffer ComputeInOrder() => throw new System.Diagnostics.UnreachableException();

    /// <inheritdoc/>
    protected override void ReleaseOperands()
    {
    }
}
