using Ballast.Kernels;

namespace Ballast;

/// <summary>y = the mean of each window of images [N, C, H, W]. It reads and writes channels last, takes a normalization
/// before it as a recipe, and keeps nothing for the backward pass.</summary>
sealed unsafe class AveragePoolOperation : Operation
{
    readonly PoolShape shape;
    readonly bool countPadding;

    AveragePoolOperation(Tensor x, in PoolShape shape, bool countPadding) : base(x)
    {
        this.shape = shape;
        this.countPadding = countPadding;
    }

    /// <summary>The forward pass.</summary>
    public static Tensor Run(Tensor x, in PoolShape shape, bool countPadding)
    {
        if (Backend.Current is { } other)
            return other.Apply("avg_pool2d", x, ("shape", shape), ("count_padding", countPadding));
        var input = ImagePrologues.Hold(x, shape.Input);
        var result = Buffer.Rent(shape.Output.Length);
        fixed (float* y = result.Span(shape.Output.Length))
            AveragePooling.Forward(shape, countPadding, ImagePrologues.Open(input, shape.Input), y);
        GC.KeepAlive(input.Recipe);
        input.Release();

        Shape output = [shape.N, shape.C, shape.OutH, shape.OutW];
        var values = new MemoryOrder(shape.Output).Values(result);
        return Records(x)
            ? new AveragePoolOperation(x, shape, countPadding).Produce(output, values)
            : new Tensor(output, values);
    }

    /// <summary>dx = dy over how many values its window counts; added up where windows overlap.</summary>
    public override void Backward(Values gradient)
    {
        var dy = new MemoryOrder(shape.Output).Read(gradient, shape.Output.Length);
        var dx = Buffer.Rent(shape.Input.Length);
        fixed (float* from = dy.Span(shape.Output.Length), to = dx.Span(shape.Input.Length))
            AveragePooling.Backward(shape, countPadding, from, to);
        dy.Release();
        Give(First!, new MemoryOrder(shape.Input).Values(dx));
    }
}
