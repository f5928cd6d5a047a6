using Ballast.Kernels;

namespace Ballast;

/// <summary>Some elements of each line along an axis, with their positions: the largest ones, all in order, the median.</summary>
sealed class ChosenOperation : Operation
{
    readonly Operand positions;
    readonly int axis;

    ChosenOperation(Tensor x, Operand positions, int axis) : base(x)
    {
        this.positions = positions.Hold();
        this.axis = axis;
    }

    /// <summary>Chooses elements of the lines: their values and their positions, [outer, count, inner].</summary>
    public delegate void Choice(ReadOnlySpan<float> x, Span<float> values, Span<long> positions, LineShape shape);

    /// <summary>The forward pass.</summary>
    /// <param name="x">What is chosen from.</param>
    /// <param name="axis">Along which axis.</param>
    /// <param name="count">How many of each line.</param>
    /// <param name="choose">The choice.</param>
    /// <returns>Both with <paramref name="count"/> positions on the axis; the positions are int64 and have no gradient.</returns>
    public static (Tensor Values, Tensor Indices) Run(Tensor x, int axis, int count, Choice choose)
    {
        using var lines = Lines.Of(x.Operand, axis);
        Span<int> sizes = stackalloc int[Shape.MaxRank];
        x.Shape.CopyTo(sizes);
        sizes[axis] = count;
        Shape shape = new(sizes[..x.Shape.Rank]);
        var order = Layout.Dense(shape, lines.Order);
        Operand values = new(Buffer.Rent(shape.Length), order), positions = new(Buffer.Rent(ElementType.Int64, shape.Length), order);
        if (shape.Length > 0)
            choose(lines.Values, values.Memory.Span(shape.Length), positions.Memory.Span<long>(shape.Length), lines.Shape);
        var chosen = Records(x)
            ? new ChosenOperation(x, positions, axis).Produce(shape, values.ToValues())
            : new Tensor(shape, values.ToValues());
        return (chosen, new Tensor(shape, positions.ToValues()));
    }

    /// <summary>dx = g at the positions chosen, 0 elsewhere.</summary>
    public override void Backward(Values gradient)
    {
        var incoming = gradient.ToOperand(Output.Shape);
        using var g = Lines.Of(incoming, axis, positions.Layout);
        incoming.Release();
        var order = Layout.Dense(First!.Shape, positions.Layout);
        Operand dx = new(Buffer.Rent(First.Length), order);
        var to = dx.Memory.Span(First.Length);
        to.Clear();
        using var lines = Lines.Of(dx, axis);
        LineChoices.Scatter(g.Values, positions.Memory.Span<long>(Output.Length), to, lines.Shape, Output.Shape[axis]);
        Give(First, dx.ToValues());
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved() => positions.Release();
}
