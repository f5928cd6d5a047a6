using Ballast.Kernels;

namespace Ballast;

/// <summary>x + y.</summary>
sealed class AddOperation : Operation
{
    AddOperation(Tensor x, Tensor y) : base(x, y)
    {
    }

    /// <summary>The forward pass, for x and y of one shape.</summary>
    public static Tensor Run(Tensor x, Tensor y)
    {
        var order = MemoryOrder.Of(x).Layout.Last ? MemoryOrder.Of(x) : MemoryOrder.Of(y);
        var (left, right) = (order.Hold(x), order.Hold(y));
        var values = order.Values(Zip<Add>(left, right, x.Length).Buffer!);
        left.Release();
        right.Release();
        return Records(x, y) ? new AddOperation(x, y).Produce(x.Shape, values) : new Tensor(x.Shape, values);
    }

    /// <summary>dx = g, dy = g.</summary>
    public override void Backward(Values gradient)
    {
        Give(First!, gradient.Hold());
        Give(Second!, gradient);
    }
}
