using Ballast.Kernels;

namespace Ballast;

/// <summary>y = x m, where each value of the mask m is 0 with probability p and 1 / (1 - p) otherwise. Srivastava et al. 2014,
/// with the scale at training time.</summary>
sealed class DropoutOperation : Operation
{
    readonly Buffer mask;
    readonly MemoryOrder order;

    DropoutOperation(Tensor x, Buffer mask, MemoryOrder order) : base(x)
    {
        this.mask = mask.Hold();
        this.order = order;
    }

    /// <summary>The forward pass, for p below 1. The mask is drawn in row-major order, however the values lie.</summary>
    public static Tensor Run(Tensor x, double p, Generator generator)
    {
        if (Backend.Current is { } other)
            return other.Apply("dropout", x, ("p", p), ("generator", generator));
        int length = x.Length;
        var drawn = Buffer.Rent(length);
        generator.Bernoulli(drawn.Span(length), 1 - p, 1 / (float)(1 - p)); // rounded as PyTorch rounds it
        var order = MemoryOrder.Of(x);
        var rowMajor = new Tensor(x.Shape, new Values(drawn));
        var (source, mask) = (order.Hold(x), order.Hold(rowMajor));
        rowMajor.ReleaseValues();

        var values = order.Values(Zip<Multiply>(source, mask, length).Buffer!);
        source.Release();
        var output = Records(x) ? new DropoutOperation(x, mask, order).Produce(x.Shape, values) : new Tensor(x.Shape, values);
        mask.Release();
        return output;
    }

    /// <summary>dx = g m.</summary>
    public override void Backward(Values gradient)
    {
        int length = Output.Length;
        var dx = order.ReadExclusive(gradient, length);
        Elementwise.Zip<Multiply>(mask.Span(length), dx.Span(length), dx.Span(length));
        Give(First!, order.Values(dx));
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved() => mask.Release();
}
