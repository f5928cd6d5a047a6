using Ballast.Kernels;

namespace Ballast;

/// <summary>Values of [N, C, ...] that are computed in the order of a <see cref="ChannelLayout"/>. An operation that works
/// in any order, or with channels last, takes them so; whoever reads gets them row-major.</summary>
abstract class ChannelRecipe : Deferred
{
    /// <summary>Where the channels lie.</summary>
    public abstract ChannelLayout Layout { get; }

    /// <summary>Computes all values in the order of <see cref="Layout"/>.</summary>
    public abstract void WriteInOrder(Span<float> destination);

    /// <summary>The values in the order of <see cref="Layout"/>, with a hold of the caller's own.</summary>
    public virtual Buffer HoldInOrder()
    {
        var computed = Buffer.Rent(Layout.Length);
        WriteInOrder(computed.Span(Layout.Length));
        return computed;
    }

    /// <summary>Computes the values of one channel, sample by sample.</summary>
    public virtual void WriteChannel(int channel, Span<float> destination)
    {
        var all = Buffer.Rent(Layout.Length);
        WriteInOrder(all.Span(Layout.Length));
        Layout.Gather(all.Span(Layout.Length), channel, destination);
        all.Release();
    }

    /// <inheritdoc/>
    public override Values Settle(Shape shape) => Layout.Last && FitsUnder(shape)
        ? new Values(new ChannelsLast(HoldInOrder(), Layout)) : base.Settle(shape);

    /// <summary>Whether a shape has these channels on its second axis.</summary>
    protected bool FitsUnder(Shape shape) =>
        shape.Rank >= 2 && shape[0] == Layout.N && shape[1] == Layout.C && shape.Length == Layout.Length;

    /// <inheritdoc/>
    public sealed override void Write(Span<float> destination)
    {
        if (!Layout.Last)
        {
            WriteInOrder(destination);
            return;
        }

        var inOrder = HoldInOrder();
        Transposition.Compute(inOrder.Span(Layout.Length), destination, Layout.N, Layout.L, Layout.C);
        inOrder.Release();
    }
}
