using Ballast.Kernels;

namespace Ballast;

/// <summary>x + y.</summary>
sealed class AddOperation : Operation
{
    AddOperation(Tensor x, Tensor y) : base(x, y)
    {
    }

    /// <summary>The forward pass, for x and y of one shape. A sum with channels last is made when it is read, so that a ReLU
    /// behind it and the normalizations before it are part of one pass.</summary>
    public static Tensor Run(Tensor x, Tensor y)
    {
        var values = Sum(x, y);
        return Records(x, y) ? new AddOperation(x, y).Produce(x.Shape, values) : new Tensor(x.Shape, values);
    }

    static Values Sum(Tensor x, Tensor y)
    {
        if (Joined(x, y) is { } joined)
            return new Values(joined);
        var order = MemoryOrder.Of(x).Layout.Last ? MemoryOrder.Of(x) : MemoryOrder.Of(y);
        return order.Layout.Last
            ? new Values(ResidualSum.Of(x, y, order.Layout, Records(x, y))) : Zip<Add>(x, y);
    }

    // A convolution that nobody has read yet adds the other one to its result.
    static DeferredConvolution? Joined(Tensor x, Tensor y)
    {
        if (Records(x, y))
            return null;
        if (y.Recipe is DeferredConvolution { TakesSum: true } second && x.Recipe is not DeferredConvolution { TakesSum: true })
            return second.Plus(ChannelsLast.Hold(x, second.Layout));
        return x.Recipe is DeferredConvolution { TakesSum: true } first && x.Root != y.Root
            ? first.Plus(ChannelsLast.Hold(y, first.Layout)) : null;
    }

    /// <summary>dx = g, dy = g.</summary>
    public override void Backward(Values gradient)
    {
        Give(First!, gradient.Hold());
        Give(Second!, gradient);
    }
}
