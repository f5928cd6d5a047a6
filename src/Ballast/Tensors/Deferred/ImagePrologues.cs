using Ballast.Kernels;

namespace Ballast;

/// <summary>Images as an operation takes them that works with channels last: in memory, or as a normalization that the operation
/// applies while it reads, with a ReLU or not.</summary>
static unsafe class ImageValues
{
    /// <summary>A tensor's values so, with a hold of the caller's own.</summary>
    public static Values Hold(Tensor x, ChannelLayout layout)
    {
        if (x.Recipe is ChannelAffine { Chunks.Count: 1, IsCheap: true } normalized && normalized.Layout == layout)
            return x.Values.Hold();
        var values = ChannelsLast.Hold(x, layout);
        if (x.Recipe is not ResidualSum sum || sum.Layout != layout)
            return new Values(new ChannelsLast(values, layout));
        values.Release(); // the recipe holds them
        return x.Values.Hold();
    }

    /// <summary>Opens what <see cref="Hold"/> gave for a kernel. The values must be held for as long as it is used: buffers
    /// never move.</summary>
    public static ImageSource Open(Values values, ChannelLayout layout)
    {
        if (values.Recipe is ChannelAffine normalized)
        {
            fixed (float* source = normalized.Source, table = normalized.Table)
                return new ImageSource(source, layout.C, table, normalized.HasRelu);
        }

        var held = ((ChannelRecipe)values.Recipe!).HoldInOrder();
        held.Release(); // the caller's hold keeps it
        fixed (float* source = held.Span(layout.Length))
            return new ImageSource(source, layout.C);
    }
}
