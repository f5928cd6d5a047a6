using Ballast.Kernels;

namespace Ballast;

/// <summary>x - y.</summary>
sealed class SubtractOperation : Operation
{
    SubtractOperation(Tensor x, Tensor y) : base(x, y)
    {
    }

    /// <summary>The forward pass, for x and y of one shape.</summary>
    public static Tensor Run(Tensor x, Tensor y)
    {
        var values = Zip<Subtract>(x, y);
        return Records(x, y) ? new SubtractOperation(x, y).Produce(x.Shape, values) : new Tensor(x.Shape, values);
    }

    /// <summary>dx = g, dy = -g.</summary>
    public override void Backward(Values gradient)
    {
        int length = Output.Length;
        Give(First!, gradient.Hold());
        var dy = gradient.ReadExclusive(length);
        Elementwise.Map<Negate>(dy.Span(length), dy.Span(length));
        Give(Second!, new Values(dy));
    }
}
