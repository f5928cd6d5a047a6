namespace Ballast;

/// <summary>The slices of an axis at some positions.</summary>
sealed class IndexOperation : Operation
{
    readonly int axis;
    readonly Buffer positions;
    readonly int count;

    IndexOperation(Tensor x, int axis, Buffer positions, int count) : base(x)
    {
        this.axis = axis;
        this.positions = positions.Hold();
        this.count = count;
    }

    /// <summary>The forward pass, for positions within the axis.</summary>
    public static Tensor Run(Tensor x, int axis, Tensor index, Shape shape)
    {
        if (Backend.Current is { } other)
            return other.Apply("index_select", [x, index], ("axis", axis), ("shape", shape));
        var positions = index.Memory;
        var values = new Values(Loops.TakeSlices(x.Operand, axis, positions, index.Length).Memory);
        return Records(x) ? new IndexOperation(x, axis, positions, index.Length).Produce(shape, values) : new Tensor(shape, values);
    }

    /// <summary>dx = g added up at each position.</summary>
    public override void Backward(Values gradient)
    {
        var x = First!;
        Span<int> sizes = stackalloc int[Shape.MaxRank];
        x.Shape.CopyTo(sizes);
        sizes[axis] = count;
        var g = gradient.ToOperand(new Shape(sizes[..x.Shape.Rank]));
        var dx = Buffer.Rent(x.Length);
        dx.Span(x.Length).Clear();
        Loops.AddSlices(dx, Layout.RowMajor(x.Shape), axis, positions, count, g);
        g.Release();
        Give(x, new Values(dx));
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved() => positions.Release();
}
