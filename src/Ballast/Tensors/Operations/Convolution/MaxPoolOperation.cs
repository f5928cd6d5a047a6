using Ballast.Kernels;

namespace Ballast;

/// <summary>y = the largest value of each window of images [N, C, H, W], sequences or volumes. It reads and writes channels last, and takes a
/// normalization before it as a recipe. What it keeps for the backward pass is its input, which the layer before it keeps
/// anyway.</summary>
sealed unsafe class MaxPoolOperation : Operation
{
    readonly Values input;
    readonly PoolShape shape;

    MaxPoolOperation(Tensor x, Values input, in PoolShape shape) : base(x)
    {
        this.input = input.Hold();
        this.shape = shape;
    }

    /// <summary>The forward pass.</summary>
    public static Tensor Run(Tensor x, in PoolShape shape)
    {
        if (Backend.Current is { } other)
            return other.Apply($"max_pool{x.Shape.Rank - 2}d", x, ("shape", shape));
        var input = ImagePrologues.Hold(x, shape.Input);
        var result = Buffer.Rent(shape.Output.Length);
        fixed (float* y = result.Span(shape.Output.Length))
            MaxPooling.Forward(shape, ImagePrologues.Open(input, shape.Input), y);
        GC.KeepAlive(input.Recipe);

        var output = PoolSizes.Output(shape, x.Shape.Rank);
        var values = new MemoryOrder(shape.Output).Values(result);
        var pooled = Records(x) ? new MaxPoolOperation(x, input, shape).Produce(output, values) : new Tensor(output, values);
        input.Release();
        return pooled;
    }

    /// <summary>Where each of the largest values lies in its channel, row-major: int64 of the result's shape.</summary>
    public static Tensor Indices(Tensor x, in PoolShape shape)
    {
        if (Backend.Current is { } other)
            return other.Apply("max_pool_indices", x, ("shape", shape));
        long[] indices = new long[shape.Output.Length];
        MaxPoolIndices.Find(shape, x.AsSpan(), indices);
        return Tensor.FromInt64(indices, PoolSizes.Output(shape, x.Shape.Rank));
    }

    /// <summary>dx = dy at the first of the largest values of each window, 0 elsewhere; added up where windows overlap.</summary>
    public override void Backward(Values gradient)
    {
        var dy = new MemoryOrder(shape.Output).Read(gradient, shape.Output.Length);
        Give(First!, new Values(new DeferredMaxPoolGradient(dy, input.Hold(), shape)));
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved() => input.Release();
}
