using Ballast.Kernels;

namespace Ballast;

/// <summary>The sums of the beginnings of an axis: y[i] = x[0] + ... + x[i].</summary>
sealed class CumulativeSumOperation : Operation
{
    readonly int axis;

    CumulativeSumOperation(Tensor x, int axis) : base(x) => this.axis = axis;

    /// <summary>The forward pass.</summary>
    public static Tensor Run(Tensor x, int axis)
    {
        if (Backend.Current is { } other)
            return other.Apply("cumsum", x, ("axis", axis));
        using var lines = Lines.Of(x.Operand, axis);
        Operand y = new(Buffer.Rent(x.Length), lines.Order);
        LineScans.Sum(lines.Values, y.Memory.Span(x.Length), lines.Shape);
        return Records(x) ? new CumulativeSumOperation(x, axis).Produce(x.Shape, y.ToValues()) : new Tensor(x.Shape, y.ToValues());
    }

    /// <summary>dx[i] = g[i] + ... + g[last].</summary>
    public override void Backward(Values gradient)
    {
        var incoming = gradient.ToOperand(Output.Shape);
        using var g = Lines.Of(incoming, axis);
        incoming.Release();
        Operand dx = new(Buffer.Rent(Output.Length), g.Order);
        LineScans.SumGradient(g.Values, dx.Memory.Span(Output.Length), g.Shape);
        Give(First!, dx.ToValues());
    }
}

/// <summary>The products of the beginnings of an axis: y[i] = x[0] times ... times x[i].</summary>
sealed class CumulativeProductOperation : Operation
{
    readonly Operand saved;
    readonly int axis;

    CumulativeProductOperation(Tensor x, int axis) : base(x)
    {
        saved = x.Operand.Hold();
        this.axis = axis;
    }

    /// <summary>The forward pass.</summary>
    public static Tensor Run(Tensor x, int axis)
    {
        if (Backend.Current is { } other)
            return other.Apply("cumprod", x, ("axis", axis));
        using var lines = Lines.Of(x.Operand, axis);
        Operand y = new(Buffer.Rent(x.Length), lines.Order);
        LineScans.Product(lines.Values, y.Memory.Span(x.Length), lines.Shape);
        return Records(x) ? new CumulativeProductOperation(x, axis).Produce(x.Shape, y.ToValues()) : new Tensor(x.Shape, y.ToValues());
    }

    /// <summary>dx[i] = the sum over j >= i of g[j] times the product of x[0] to x[j] without x[i].</summary>
    public override void Backward(Values gradient)
    {
        var incoming = gradient.ToOperand(Output.Shape);
        using var x = Lines.Of(saved, axis);
        using var g = Lines.Of(incoming, axis, x.Order);
        incoming.Release();
        Operand dx = new(Buffer.Rent(Output.Length), x.Order);
        LineScans.ProductGradient(x.Values, g.Values, dx.Memory.Span(Output.Length), x.Shape);
        Give(First!, dx.ToValues());
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved() => saved.Release();
}
