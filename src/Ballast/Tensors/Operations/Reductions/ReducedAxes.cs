namespace Ballast;

/// <summary>The axes that a reduction goes along.</summary>
readonly ref struct ReducedAxes
{
    readonly string operation;
    readonly Shape shape;
    readonly int mask;

    public ReducedAxes(string operation, Tensor x, ReadOnlySpan<int> axes)
    {
        this.operation = operation;
        shape = x.Shape;
        Span<int> sizes = stackalloc int[Shape.MaxRank];
        shape.CopyTo(sizes);
        foreach (int named in axes)
        {
            int axis = x.Axis(operation, named);
            Throw.Unless((mask & 1 << axis) == 0, $"{operation}: axis {named} of {shape} is named twice in {Shape.Describe(axes)}.");
            mask |= 1 << axis;
        }

        if (axes.Length == 0)
            mask = (1 << shape.Rank) - 1;
        for (int axis = 0; axis < shape.Rank; axis++)
            sizes[axis] = (mask & 1 << axis) != 0 ? 1 : sizes[axis];
        Kept = new Shape(sizes[..shape.Rank]);
    }

    /// <summary>The shape with the size 1 on those axes.</summary>
    public Shape Kept { get; }

    /// <summary>How many values become one.</summary>
    public long Count
    {
        get
        {
            long count = 1;
            for (int axis = 0; axis < shape.Rank; axis++)
                count *= (mask & 1 << axis) != 0 ? shape[axis] : 1;
            return count;
        }
    }

    /// <summary>Refuses to reduce nothing to a value.</summary>
    public void RequireValues() => Throw.Unless(Count > 0 || Kept.Length == 0,
        $"{operation}: nothing of {shape} has no such value. Reduce axes that have positions, or check Length first.");

    /// <summary>The axes that are reduced.</summary>
    public int[] Reduced => KeptFirst[^int.PopCount(mask)..];

    /// <summary>The axes that are kept in their order, then those that are reduced.</summary>
    public int[] KeptFirst
    {
        get
        {
            int[] order = new int[shape.Rank];
            int at = 0;
            for (int reduced = 0; reduced < 2; reduced++)
            {
                for (int axis = 0; axis < shape.Rank; axis++)
                {
                    if ((mask >> axis & 1) == reduced)
                        order[at++] = axis;
                }
            }

            return order;
        }
    }

    /// <summary>A tensor's values as a matrix, row-major: a row for each kept position. The caller holds them.</summary>
    public Buffer Rows(Tensor x)
    {
        var from = x.Operand;
        var turned = from.With(from.Layout.Permute(KeptFirst));
        return turned.Layout.IsRowMajor ? turned.Memory.Hold() : Loops.RowMajor(turned);
    }

    /// <summary>The result's shape.</summary>
    public Shape Result(bool keepAxes)
    {
        if (keepAxes)
            return Kept;
        Span<int> sizes = stackalloc int[Shape.MaxRank];
        int rank = 0;
        for (int axis = 0; axis < shape.Rank; axis++)
        {
            if ((mask & 1 << axis) == 0)
                sizes[rank++] = shape[axis];
        }

        return new Shape(sizes[..rank]);
    }
}
