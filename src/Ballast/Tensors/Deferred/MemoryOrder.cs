using Ballast.Kernels;

namespace Ballast;

/// <summary>The order in which values lie in memory: row-major, or with channels last. An operation on elements works in
/// the order it finds and hands its result on in the same one.</summary>
readonly record struct MemoryOrder(ChannelLayout Layout)
{
    /// <summary>The order in which to read a tensor: with channels last where it lies so, or would be computed so.</summary>
    public static MemoryOrder Of(Tensor x) =>
        x.Recipe is ChannelRecipe { Layout.Last: true } recipe && recipe.Layout.Length == x.Length
            ? new MemoryOrder(recipe.Layout) : default;

    /// <summary>The same for a tensor whose channels lie as <paramref name="layout"/> says if it is row-major.</summary>
    public static MemoryOrder Of(Tensor x, ChannelLayout layout) =>
        x.Recipe is ChannelRecipe recipe && recipe.Layout == layout.ToLast() ? new MemoryOrder(layout.ToLast()) : new MemoryOrder(layout);

    /// <summary>A tensor's values in this order, with a hold of the caller's own.</summary>
    public Buffer Hold(Tensor x) => Layout.Last ? ChannelsLast.Hold(x, Layout) : x.Buffer.Hold();

    /// <summary>A gradient in this order; takes over the hold on it.</summary>
    public Buffer Read(Values gradient, int length) =>
        Layout.Last ? ChannelsLast.Read(gradient, Layout) : gradient.Read(length);

    /// <summary>A gradient in this order that the caller may write over.</summary>
    public Buffer ReadExclusive(Values gradient, int length)
    {
        var read = Read(gradient, length);
        return read.IsExclusive ? read : new Values(read).ReadExclusive(length);
    }

    /// <summary>Memory in this order as values.</summary>
    public Values Values(Buffer buffer) => Layout.Last ? new Values(new ChannelsLast(buffer, Layout)) : new Values(buffer);
}
