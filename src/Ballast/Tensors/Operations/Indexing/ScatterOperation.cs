namespace Ballast;

/// <summary>x with the elements of y at their positions on an axis, added to it or in its place.</summary>
sealed class ScatterOperation : Operation
{
    readonly int axis;
    readonly bool adds;
    readonly Operand positions;

    ScatterOperation(Tensor x, Tensor y, int axis, in Operand positions, bool adds) : base(x, y)
    {
        this.axis = axis;
        this.adds = adds;
        this.positions = positions.Hold();
    }

    /// <summary>The forward pass, for positions within the axis and y of their shape.</summary>
    public static Tensor Run(Tensor x, Tensor y, int axis, Tensor index, bool adds)
    {
        if (Backend.Current is { } other)
            return other.Apply("scatter", [x, y, index], ("axis", axis), ("adds", adds));
        Operand positions = new(index.Memory, Layout.RowMajor(index.Shape));
        var result = Loops.RowMajor(x.Operand);
        Loops.PutElements(result, Layout.RowMajor(x.Shape), axis, positions, y.Operand, adds);
        var values = new Values(result);
        return Records(x, y) ? new ScatterOperation(x, y, axis, positions, adds).Produce(x.Shape, values) : new Tensor(x.Shape, values);
    }

    /// <summary>dy = g at the positions; dx = g, and 0 where y took x's place. Of several that met, each has the gradient of the one that stayed,
    /// as in PyTorch.</summary>
    public override void Backward(Values gradient)
    {
        var g = gradient.ToOperand(Output.Shape);
        if (Second!.RequiresGrad)
            Give(Second, Loops.TakeElements(g, axis, positions).ToValues());
        if (adds || !First!.RequiresGrad)
        {
            Give(First!, g.ToValues());
            return;
        }

        var dx = Loops.RowMajor(g);
        Operand none = new(Buffer.Single(0), Layout.RowMajor(Shape.Scalar).Expand(positions.Shape));
        Loops.PutElements(dx, Layout.RowMajor(First.Shape), axis, positions, none, adds: false);
        g.Release();
        Give(First, new Values(dx));
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved() => positions.Release();
}
