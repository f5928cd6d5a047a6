using Ballast.Kernels;

namespace Ballast;

/// <summary>The softmax along an axis, or its logarithm.</summary>
sealed class SoftmaxOperation<K> : Operation
    where K : struct, ISoftmaxKind
{
    readonly Operand y;
    readonly int axis;

    SoftmaxOperation(Tensor x, Operand y, int axis) : base(x)
    {
        this.y = y.Hold();
        this.axis = axis;
    }

    /// <summary>The forward pass.</summary>
    public static Tensor Run(Tensor x, int axis)
    {
        if (Backend.Current is { } other)
            return other.Apply(typeof(K) == typeof(PlainSoftmax) ? "softmax" : "log_softmax", x, ("axis", axis));
        using var lines = Lines.Of(x.Operand, axis);
        Operand y = new(Buffer.Rent(x.Length), lines.Order);
        SoftmaxLines.Compute<K>(lines.Values, y.Memory.Span(x.Length), lines.Shape);
        return Records(x)
            ? new SoftmaxOperation<K>(x, y, axis).Produce(x.Shape, y.ToValues())
            : new Tensor(x.Shape, y.ToValues());
    }

    /// <summary>dx = y (g - sum of g y) along the axis; of the logarithm dx = g - exp(y) times the sum of g.</summary>
    public override void Backward(Values gradient)
    {
        int length = Output.Length;
        var incoming = gradient.ToOperand(Output.Shape);
        using var g = Lines.Of(incoming, axis, y.Layout);
        incoming.Release();
        Operand dx = new(Buffer.Rent(length), y.Layout);
        SoftmaxLines.Gradient<K>(g.Values, y.Memory.Span(length), dx.Memory.Span(length), g.Shape);
        Give(First!, dx.ToValues());
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved() => y.Release();
}
