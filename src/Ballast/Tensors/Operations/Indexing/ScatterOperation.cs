using Ballast.Kernels;

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

    /// <summary>dy = g at the positions; dx = g, and 0 where y took x's place. Of several that met, the last one alone has a gradient.
    /// </summary>
    public override void Backward(Values gradient)
    {
        var g = gradient.ToOperand(Output.Shape);
        var order = Layout.RowMajor(First!.Shape);
        if (Second!.RequiresGrad)
        {
            var dy = Loops.TakeElements(g, axis, positions);
            Give(Second, adds ? dy.ToValues() : Last(dy, order));
        }

        if (adds || !First.RequiresGrad)
        {
            Give(First, g.ToValues());
            return;
        }

        var dx = Loops.RowMajor(g);
        Operand none = new(Buffer.Single(0), Layout.RowMajor(Shape.Scalar).Expand(positions.Shape));
        Loops.PutElements(dx, order, axis, positions, none, adds: false);
        g.Release();
        Give(First, new Values(dx));
    }

    // The gradient of the elements that stayed, found by putting their numbers as they were put.
    Values Last(in Operand dy, in Layout order)
    {
        int count = positions.Shape.Length;
        Operand numbers = new(Buffer.Rent(ElementType.Int64, count), Layout.RowMajor(positions.Shape));
        var all = numbers.Memory.Span<long>(count);
        for (int i = 0; i < count; i++)
            all[i] = i;
        var stayed = Buffer.Rent(ElementType.Int64, order.Shape.Length);
        Loops.PutElements(stayed, order, axis, positions, numbers, adds: false);
        var found = Loops.TakeElements(new Operand(stayed, order), axis, positions);
        var mask = Loops.Zip<Comparison<EqualComparison, long>, long, bool>(found, numbers, positions.Shape).ToOperand(positions.Shape);
        var values = Loops.Select(mask, dy, new Operand(Buffer.Single(0), Layout.RowMajor(Shape.Scalar)), positions.Shape);
        stayed.Release();
        foreach (var operand in (ReadOnlySpan<Operand>)[numbers, found, mask, dy])
            operand.Release();
        return values;
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved() => positions.Release();
}
