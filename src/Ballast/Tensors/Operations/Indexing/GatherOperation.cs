namespace Ballast;

/// <summary>The element at each position on an axis.</summary>
sealed class GatherOperation : Operation
{
    readonly int axis;
    readonly Operand positions;

    GatherOperation(Tensor x, int axis, in Operand positions) : base(x)
    {
        this.axis = axis;
        this.positions = positions.Hold();
    }

    /// <summary>The forward pass, for positions within the axis.</summary>
    public static Tensor Run(Tensor x, int axis, Tensor index)
    {
        if (Backend.Current is { } other)
            return other.Apply("gather", [x, index], ("axis", axis));
        Operand positions = new(index.Memory, Layout.RowMajor(index.Shape));
        var values = Loops.TakeElements(x.Operand, axis, positions).ToValues();
        return Records(x) ? new GatherOperation(x, axis, positions).Produce(index.Shape, values) : new Tensor(index.Shape, values);
    }

    /// <summary>dx = g added up at each position.</summary>
    public override void Backward(Values gradient)
    {
        var x = First!;
        var g = gradient.ToOperand(Output.Shape);
        var dx = Buffer.Rent(x.Length);
        dx.Span(x.Length).Clear();
        Loops.PutElements(dx, Layout.RowMajor(x.Shape), axis, positions, g, adds: true);
        g.Release();
        Give(x, new Values(dx));
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved() => positions.Release();
}
