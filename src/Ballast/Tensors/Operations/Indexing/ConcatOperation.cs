namespace Ballast;

/// <summary>Tensors joined along an axis.</summary>
sealed class ConcatOperation : ManyOperation
{
    readonly int axis;

    ConcatOperation(ReadOnlySpan<Tensor> parts, int axis) : base(parts) => this.axis = axis;

    /// <summary>The forward pass, for parts that differ on the axis alone. The result lies in the order of the first one.</summary>
    public static Tensor Run(ReadOnlySpan<Tensor> parts, int axis, Shape shape)
    {
        if (Backend.Current is { } other)
            return other.Apply("concat", parts!, ("axis", axis));
        var first = parts[0].Operand.Layout;
        var order = first.IsDense ? Layout.Dense(shape, first) : Layout.RowMajor(shape);
        var result = Buffer.Rent(parts[0].Operand.Type, shape.Length);
        int start = 0;
        foreach (var part in parts)
        {
            int size = part.Shape[axis];
            Loops.CopyTo(result, order.Slice(axis, start, size, 1), part.Operand);
            start += size;
        }

        var values = new Operand(result, order).ToValues();
        return Records(parts) ? new ConcatOperation(parts, axis).Produce([shape], [values])[0] : new Tensor(shape, values);
    }

    /// <summary>Each part's gradient is its own part of g.</summary>
    public override void RunBackward()
    {
        var gradient = Gradient(0).Take();
        if (gradient.IsEmpty)
            return;
        var g = gradient.ToOperand(OutputAt(0).Shape);
        int start = 0;
        for (int i = 0; i < Inputs; i++)
        {
            var part = Input(i)!;
            int size = part.Shape[axis];
            if (part.RequiresGrad)
                Give(part, g.With(g.Layout.Slice(axis, start, size, 1)).Hold().ToValues());
            start += size;
        }

        g.Release();
    }
}
