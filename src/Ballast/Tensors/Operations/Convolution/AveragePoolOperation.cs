using Ballast.Kernels;

namespace Ballast;

/// <summary>y = the mean of each window of images [N, C, H, W], sequences or volumes. It reads and writes channels last, takes a normalization
/// before it as a recipe, and keeps nothing for the backward pass.</summary>
sealed unsafe class AveragePoolOperation : Operation
{
    readonly PoolShape shape;
    readonly PoolDivisor divisor;

    AveragePoolOperation(Tensor x, in PoolShape shape, PoolDivisor divisor) : base(x)
    {
        this.shape = shape;
        this.divisor = divisor;
    }

    /// <summary>The forward pass.</summary>
    public static Tensor Run(Tensor x, in PoolShape shape, PoolDivisor divisor)
    {
        if (Backend.Current is { } other)
            return other.Apply($"avg_pool{x.Shape.Rank - 2}d", x, ("shape", shape), ("divisor", divisor));
        var input = ImagePrologues.Hold(x, shape.Input);
        var result = Buffer.Rent(shape.Output.Length);
        fixed (float* y = result.Span(shape.Output.Length))
            AveragePooling.Forward(shape, divisor, ImagePrologues.Open(input, shape.Input), y);
        GC.KeepAlive(input.Recipe);
        input.Release();

        var output = PoolSizes.Output(shape, x.Shape.Rank);
        var values = new MemoryOrder(shape.Output).Values(result);
        return Records(x)
            ? new AveragePoolOperation(x, shape, divisor).Produce(output, values)
            : new Tensor(output, values);
    }

    /// <summary>dx = dy over how many values its window counts; added up where windows overlap.</summary>
    public override void Backward(Values gradient)
    {
        var dy = new MemoryOrder(shape.Output).Read(gradient, shape.Output.Length);
        var dx = Buffer.Rent(shape.Input.Length);
        fixed (float* from = dy.Span(shape.Output.Length), to = dx.Span(shape.Input.Length))
            AveragePooling.Backward(shape, divisor, from, to);
        dy.Release();
        Give(First!, new MemoryOrder(shape.Input).Values(dx));
    }
}
