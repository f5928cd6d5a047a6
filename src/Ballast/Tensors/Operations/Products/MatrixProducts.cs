using Ballast.Kernels;

namespace Ballast;

/// <summary>Products of matrices, and of batches of them that broadcast, read where they lie.</summary>
static unsafe class MatrixProducts
{
    // A product of so many multiply-adds is shared among the threads; smaller ones are shared out whole.
    const long SharedProduct = 1 << 21;
    const long SerialProducts = 1 << 18;

    // Few rows do not repay the packing of a matrix whose columns lie side by side, unless its sums are ended more often than they are long.
    const int FewRows = 32, LongSums = 512;

    /// <summary>y[..., m, n] = the sum over k of a[..., m, k] b[..., k, n], row-major.</summary>
    /// <param name="a">At least two axes.</param>
    /// <param name="b">At least two axes.</param>
    /// <param name="shape">The result's: the axes that both broadcast to, m and n.</param>
    public static Buffer Compute(in Operand a, in Operand b, Shape shape)
    {
        int m = shape[^2], n = shape[^1], k = a.Shape[^1];
        if (shape.Length == 0 || k == 0)
        {
            var nothing = Buffer.Rent(shape.Length);
            nothing.Span(shape.Length).Clear();
            return nothing;
        }

        if (k == 1)
            return Loops.Zip<Multiply>(a, b, shape).Read(shape.Length);
        if (n == 1 && IsWhole(a, shape))
            return Loops.Reduce<SumReduction, Multiply>(a, Turned(b), shape).Read(shape.Length);
        if (m == 1 && IsWhole(b, shape))
            return Loops.Reduce<SumReduction, Multiply>(b, Turned(a), shape).Read(shape.Length);

        Operand left = Ready(a), right = Ready(b);
        int batches = shape.Length / m / n;
        if (batches > 1 && right.Shape.Length == (long)k * n && TryFold(left, out var rows))
            (left, right, m, batches) = (rows, right.With(Matrix(right.Layout)), m * batches, 1);
        if (!Reads(left.Layout, right.Layout, m, k, n))
            right = Replace(right, Loops.RowMajor(right));
        var result = Buffer.Rent(shape.Length);
        fixed (float* x = left.Memory.Span(left.Memory.Capacity), y = right.Memory.Span(right.Memory.Capacity), to = result.Span(shape.Length))
        {
            Work work = new()
            {
                A = x,
                B = y,
                Y = to,
                LayoutA = batches == 1 ? left.Layout : left.Layout.Expand(WithMatrix(shape, m, k)),
                LayoutB = batches == 1 ? right.Layout : right.Layout.Expand(WithMatrix(shape, k, n)),
                M = m,
                N = n,
                K = k,
            };
            long each = (long)m * n * k;
            if (batches == 1 || each >= SharedProduct || each * batches < SerialProducts)
                work.Run(0, batches);
            else
                Workers.Run(work, batches);
        }

        left.Release();
        right.Release();
        return result;
    }

    /// <summary>The axes of a batch in front of those of a matrix.</summary>
    public static Shape WithMatrix(Shape batch, int rows, int columns)
    {
        Span<int> sizes = stackalloc int[Shape.MaxRank];
        batch.CopyTo(sizes);
        (sizes[batch.Rank - 2], sizes[batch.Rank - 1]) = (rows, columns);
        return new Shape(sizes[..batch.Rank]);
    }

    /// <summary>The matrices turned over.</summary>
    public static Operand Turned(in Operand x)
    {
        int rank = x.Shape.Rank;
        Span<int> axes = stackalloc int[rank];
        for (int axis = 0; axis < rank; axis++)
            axes[axis] = axis;
        (axes[rank - 2], axes[rank - 1]) = (rank - 1, rank - 2);
        return x.With(x.Layout.Permute(axes));
    }

    /// <summary>All rows of a batch of matrices as one matrix, with a hold of the caller's own: copied where they do not lie evenly.</summary>
    public static Operand Folded(in Operand x)
    {
        if (TryFold(x, out var rows))
            return rows.Hold();
        return new Operand(Loops.RowMajor(x), Layout.RowMajor(Rows(x.Shape)));
    }

    // The shape of all rows together.
    static Shape Rows(Shape shape)
    {
        int rows = 1;
        for (int axis = 0; axis < shape.Rank - 1; axis++)
            rows *= shape[axis];
        return new Shape(rows, shape[^1]);
    }

    static bool TryFold(in Operand x, out Operand rows)
    {
        bool fits = x.Layout.TryReshape(Rows(x.Shape), out var layout);
        rows = fits ? x.With(layout) : default;
        return fits && layout.Stride(0) > 0 && layout.Stride(1) > 0;
    }

    // Whether each matrix of a result has one of its own in x.
    static bool IsWhole(in Operand x, Shape shape)
    {
        int ahead = shape.Rank - x.Shape.Rank;
        for (int axis = 0; axis < shape.Rank - 2; axis++)
        {
            if (shape[axis] != (axis < ahead ? 1 : x.Shape[axis - ahead]))
                return false;
        }

        return ahead == 0;
    }

    // A layout without the axes in front of its one matrix.
    static Layout Matrix(Layout layout)
    {
        while (layout.Shape.Rank > 2)
            layout = layout.Select(0, 0);
        return layout;
    }

    /// <summary>An operand whose matrices run forwards, with a hold of the caller's own.</summary>
    static Operand Ready(in Operand x)
    {
        x.RequireFloat32();
        int rank = x.Shape.Rank;
        bool forwards = true;
        for (int axis = rank - 2; axis < rank; axis++)
            forwards &= x.Shape[axis] == 1 || x.Layout.Stride(axis) > 0;
        return forwards ? x.Hold() : new Operand(Loops.RowMajor(x), Layout.RowMajor(x.Shape));
    }

    static Operand Replace(Operand old, Buffer copy)
    {
        old.Release();
        return new Operand(copy, Layout.RowMajor(old.Shape));
    }

    // The strides of a matrix; those of an axis with one position as if it lay in order.
    static (nint Row, nint Column) Strides(in Layout layout, int rows, int columns)
    {
        int rank = layout.Shape.Rank;
        nint column = columns == 1 ? 1 : layout.Stride(rank - 1);
        return (rows == 1 ? columns * column : layout.Stride(rank - 2), column);
    }

    static bool IsLarge(int m, int k, int n) => (long)m * n * k >= MatrixProduct.Worthwhile;

    // Whether there is a kernel that reads both as they lie.
    static bool Reads(in Layout a, in Layout b, int m, int k, int n)
    {
        var (strideB, columnB) = Strides(b, k, n);
        bool byRows = Strides(a, m, k).Column == 1;
        return columnB == 1 || (byRows && (IsLarge(m, k, n) || (strideB == 1 && columnB == k)));
    }

    struct Work : IWork
    {
        public float* A, B, Y;
        public Layout LayoutA, LayoutB;
        public int M, N, K;

        public readonly void Run(int first, int last)
        {
            for (int batch = first; batch < last; batch++)
                Multiply(A + At(LayoutA, batch), B + At(LayoutB, batch), Y + (nint)batch * M * N);
        }

        static nint At(in Layout layout, int batch)
        {
            nint offset = layout.Offset;
            for (int axis = layout.Shape.Rank - 3; axis >= 0; axis--)
            {
                (batch, int position) = Math.DivRem(batch, layout.Shape[axis]);
                offset += (nint)position * layout.Stride(axis);
            }

            return offset;
        }

        readonly void Multiply(float* a, float* b, float* y)
        {
            var (strideA, columnA) = Strides(LayoutA, M, K);
            var (strideB, columnB) = Strides(LayoutB, K, N);
            bool across = M <= FewRows && K >= LongSums && strideB == 1 && columnB == K;
            if (columnA == 1 && IsLarge(M, K, N) && !across)
                MatrixProduct.Compute(a, strideA, b, strideB, columnB, y, M, K, N);
            else if (columnB == 1)
                ColumnProducts.Compute(a, (int)columnA, (int)strideA, new RowPrologue(b, (int)strideB), K, M, N, new ColumnProducts.ToMemory(y, N));
            else
                RowProducts.Compute(new RowPrologue(a, (int)strideA), b, null, y, M, N, K);
        }
    }
}
