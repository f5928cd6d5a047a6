namespace Ballast;

/// <summary>x where a mask holds, else y, of tensors whose shapes broadcast to one.</summary>
sealed class WhereOperation : BroadcastOperation
{
    readonly Operand mask;

    WhereOperation(Tensor mask, Tensor x, Tensor y) : base(x, y) => this.mask = mask.Operand.Hold();

    /// <summary>The forward pass, for three that broadcast to a shape.</summary>
    public static Tensor Run(Tensor mask, Tensor x, Tensor y, Shape shape)
    {
        if (Backend.Current is { } other)
            return other.Apply("where", [mask, x, y]);
        var values = Loops.Select(mask.Operand, x.Operand, y.Operand, shape);
        return Records(x, y) ? new WhereOperation(mask, x, y).Produce(shape, values) : new Tensor(shape, values);
    }

    /// <summary>dx = g where the mask holds, else 0; dy = g where it does not. Each is added up where it was repeated.</summary>
    public override void Backward(Values gradient)
    {
        var g = gradient.ToOperand(Output.Shape);
        Operand zero = new(Buffer.Single(0), Layout.RowMajor(Shape.Scalar));
        if (First!.RequiresGrad)
            GiveSum(First, Loops.Select(mask, g, zero, Output.Shape));
        if (Second!.RequiresGrad)
            GiveSum(Second, Loops.Select(mask, zero, g, Output.Shape));
        g.Release();
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved() => mask.Release();
}
