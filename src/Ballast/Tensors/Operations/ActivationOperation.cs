using Ballast.Kernels;

namespace Ballast;

/// <summary>y = F(x), element by element, in the memory order of x.</summary>
sealed class ActivationOperation<F> : Operation
    where F : struct, IActivation
{
    readonly Buffer kept; // the result or the input, whichever the gradient is computed from
    readonly MemoryOrder order;
    readonly float constant;

    ActivationOperation(Tensor x, Buffer kept, MemoryOrder order, float constant) : base(x)
    {
        this.kept = kept.Hold();
        this.order = order;
        this.constant = constant;
    }

    /// <summary>The forward pass.</summary>
    public static Tensor Run(Tensor x, float constant = 0)
    {
        if (!F.KeepsResult && NormalizedActivationOperation.Takes(x))
            return NormalizedActivationOperation.Run(x, new ChannelActivation<F>(constant));
        var order = MemoryOrder.Of(x);
        var source = order.Hold(x);
        var result = Buffer.Rent(x.Length);
        Activations.Forward<F>(source.Span(x.Length), constant, result.Span(x.Length));
        var values = order.Values(result);
        var output = Records(x)
            ? new ActivationOperation<F>(x, F.KeepsResult ? result : source, order, constant).Produce(x.Shape, values)
            : new Tensor(x.Shape, values);
        source.Release();
        return output;
    }

    /// <summary>dx = g F'(x).</summary>
    public override void Backward(Values gradient)
    {
        int length = Output.Length;
        var dx = order.ReadExclusive(gradient, length);
        Activations.Backward<F>(kept.Span(length), dx.Span(length), constant, dx.Span(length));
        Give(First!, order.Values(dx));
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved() => kept.Release();
}
