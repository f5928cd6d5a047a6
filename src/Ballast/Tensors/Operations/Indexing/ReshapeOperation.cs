namespace Ballast;

/// <summary>The same values, in the same order, under another shape. Nothing is copied or computed.</summary>
sealed class ReshapeOperation : Operation
{
    ReshapeOperation(Tensor x) : base(x)
    {
    }

    /// <summary>The forward pass, for a shape of as many values.</summary>
    public static Tensor Run(Tensor x, Shape shape) => Backend.Current?.Apply("reshape", x, ("shape", shape))
        ?? (Records(x) ? new ReshapeOperation(x).Produce(shape, x.Values.Hold()) : new TensorView(shape, x));

    /// <summary>dx = g.</summary>
    public override void Backward(Values gradient) => Give(First!, gradient);
}
