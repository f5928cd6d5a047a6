using Ballast.Kernels;

namespace Ballast;

/// <summary>Images as an operation takes them that works with channels last: in memory, or deferred with a prologue that its kernel
/// applies while it reads.</summary>
static class ImagePrologues
{
    /// <summary>A tensor's values so, with a hold of the caller's own. Values that no kernel can apply are computed now, once for all.</summary>
    public static Values Hold(Tensor x, ChannelLayout layout)
    {
        var order = new MemoryOrder(layout);
        if (x.Recipe is not { } deferred || deferred.Order != layout)
            return order.Values(order.Hold(x));
        if (!deferred.TryOpen(layout, out _))
            deferred.HoldInOrder().Release(); // it keeps them
        return x.Values.Hold();
    }

    /// <summary>The prologue of what <see cref="Hold"/> gave. The values must be held for as long as it is used: buffers never move.
    /// </summary>
    public static ImagePrologue Open(Values values, ChannelLayout layout) => values.Recipe!.TryOpen(layout, out var prologue)
        ? prologue : throw new System.Diagnostics.UnreachableException();
}
