using Ballast.Kernels;

namespace Ballast;

/// <summary>Deferred values of [N, C, ...] that are computed in the order of a <see cref="ChannelLayout"/>, once, when somebody reads them,
/// and kept: all who hold them find the same memory.</summary>
abstract class DeferredChannels : Deferred
{
    Buffer? computed;

    /// <summary>Where the channels lie.</summary>
    public abstract ChannelLayout Layout { get; }

    /// <inheritdoc/>
    public sealed override ChannelLayout Order => Layout;

    /// <summary>Whether somebody has read the values.</summary>
    public bool IsComputed => computed is not null;

    /// <inheritdoc/>
    public sealed override Buffer? Exclusive => IsExclusive && computed is { IsExclusive: true } ? computed : null;

    /// <summary>Whether what the values are computed from is held beyond that.</summary>
    protected virtual bool KeepsOperands => false;

    /// <inheritdoc/>
    public sealed override Buffer HoldInOrder()
    {
        if (computed is null)
        {
            computed = ComputeInOrder();
            if (!KeepsOperands)
                ReleaseOperands();
        }

        return computed.Hold();
    }

    /// <inheritdoc/>
    public override bool TryWriteChannel(Shape shape, int channel, Span<float> destination)
    {
        if (!FitsUnder(shape))
            return false;
        var all = HoldInOrder();
        Layout.Gather(all.Span(Layout.Length), channel, destination);
        all.Release();
        return true;
    }

    /// <inheritdoc/>
    public sealed override Values Settle(Shape shape) => Layout.Last && FitsUnder(shape)
        ? new Values(new ChannelsLast(HoldInOrder(), Layout)) : base.Settle(shape);

    /// <summary>Whether a shape has these channels on its second axis.</summary>
    protected bool FitsUnder(Shape shape) =>
        shape.Rank >= 2 && shape[0] == Layout.N && shape[1] == Layout.C && shape.Length == Layout.Length;

    /// <inheritdoc/>
    public sealed override Buffer Compute(int length) => Layout.Last ? base.Compute(length) : HoldInOrder();

    /// <inheritdoc/>
    public override void Write(Span<float> destination)
    {
        var inOrder = HoldInOrder();
        Write(inOrder.Span(Layout.Length), destination);
        inOrder.Release();
    }

    /// <summary>Computes all values, row-major, for one who only looks: this stays as it is, and those who read it after that may still
    /// apply it themselves.</summary>
    protected void Look(Span<float> destination)
    {
        var inOrder = computed?.Hold() ?? ComputeInOrder();
        Write(inOrder.Span(Layout.Length), destination);
        inOrder.Release();
    }

    /// <summary>Brings values of this order into the row-major one.</summary>
    protected void Write(ReadOnlySpan<float> inOrder, Span<float> destination)
    {
        if (Layout.Last)
            Transposition.Compute(inOrder, destination, Layout.N, Layout.L, Layout.C);
        else
            inOrder.CopyTo(destination);
    }

    /// <inheritdoc/>
    public override unsafe bool TryOpen(ChannelLayout layout, out ImagePrologue prologue)
    {
        if (computed is null || layout != Layout)
            return base.TryOpen(layout, out prologue);
        fixed (float* pixels = computed.Span(layout.Length))
            prologue = new ImagePrologue(pixels, layout.C);
        return true;
    }

    /// <summary>The values in the order of <see cref="Layout"/>, with a hold of the caller's own: in fresh memory, or over what they are
    /// computed from.</summary>
    protected abstract Buffer ComputeInOrder();

    /// <summary>Lets go of what the values are computed from.</summary>
    protected abstract void ReleaseOperands();

    /// <summary>Takes memory that holds the values already.</summary>
    protected void Keep(Buffer values) => computed = values;

    /// <inheritdoc/>
    protected override void ReleaseSources()
    {
        if (computed is null || KeepsOperands)
            ReleaseOperands();
        computed?.Release();
    }
}
