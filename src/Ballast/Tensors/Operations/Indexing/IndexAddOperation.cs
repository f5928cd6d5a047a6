namespace Ballast;

/// <summary>x with the slices of y added at some positions of an axis.</summary>
sealed class IndexAddOperation : Operation
{
    readonly int axis;
    readonly Buffer positions;
    readonly int count;

    IndexAddOperation(Tensor x, Tensor y, int axis, Buffer positions, int count) : base(x, y)
    {
        this.axis = axis;
        this.positions = positions.Hold();
        this.count = count;
    }

    /// <summary>The forward pass, for positions within the axis.</summary>
    public static Tensor Run(Tensor x, Tensor y, int axis, Tensor index)
    {
        if (Backend.Current is { } other)
            return other.Apply("index_add", [x, y, index], ("axis", axis));
        var positions = index.Memory;
        var sum = Loops.RowMajor(x.Operand);
        Loops.AddSlices(sum, Layout.RowMajor(x.Shape), axis, positions, index.Length, y.Operand);
        var values = new Values(sum);
        return Records(x, y) ? new IndexAddOperation(x, y, axis, positions, index.Length).Produce(x.Shape, values) : new Tensor(x.Shape, values);
    }

    /// <summary>dx = g, dy = the slices of g at the positions.</summary>
    public override void Backward(Values gradient)
    {
        if (Second!.RequiresGrad)
        {
            var g = gradient.Hold().ToOperand(Output.Shape);
            Give(Second, Loops.TakeSlices(g, axis, positions, count).ToValues());
            g.Release();
        }

        Give(First!, gradient);
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved() => positions.Release();
}
