using Ballast.Kernels;

namespace Ballast;

/// <summary>The order in which a tensor's values lie in memory.</summary>
static class TensorOrders
{
    extension(MemoryOrder)
    {
        /// <summary>The order in which to read a tensor: with channels last where it lies so, or would be computed so.</summary>
        public static MemoryOrder Of(Tensor x) =>
            x.Recipe is { Order.Last: true } deferred && deferred.Order.Length == x.Length ? new MemoryOrder(deferred.Order) : default;

        /// <summary>The same for a tensor whose channels lie as <paramref name="layout"/> says if it is row-major.</summary>
        public static MemoryOrder Of(Tensor x, ChannelLayout layout) =>
            x.Recipe is { } deferred && deferred.Order == layout.ToLast() ? new MemoryOrder(layout.ToLast()) : new MemoryOrder(layout);
    }

    /// <summary>A tensor's values in an order, with a hold of the caller's own. Values that nobody has read yet are computed in this
    /// order, and kept so.</summary>
    public static Buffer Hold(this MemoryOrder order, Tensor x)
    {
        if (!order.Layout.Last)
            return x.Buffer.Hold();
        return x.Recipe is { } deferred && deferred.Order == order.Layout ? deferred.HoldInOrder() : order.Transposed(x.Read());
    }
}
