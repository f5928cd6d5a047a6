using Ballast.Kernels;

namespace Ballast;

static unsafe partial class Loops
{
    /// <summary>x where F takes one value alone.</summary>
    internal readonly struct First : IBinary
    {
        public static V Apply<S, V>(V x, V y) where S : struct, ISimd<V> where V : unmanaged => x;
    }

    /// <summary>factor times the reduction of x to a shape that broadcasts to x's.</summary>
    public static Values Reduce<R>(in Operand x, Shape shape, double factor = 1)
        where R : struct, IReduction => Reduce<R, First>(x, x, shape, factor);

    /// <summary>factor times the reduction of F(x, y), y broadcast to x's shape, to a shape that broadcasts to x's.</summary>
    public static Values Reduce<R, F>(in Operand x, in Operand y, Shape shape, double factor = 1)
        where R : struct, IReduction
        where F : struct, IBinary
    {
        var result = Buffer.Result(shape.Length);
        var to = Layout.RowMajor(shape);
        var full = x.Shape;
        if (typeof(F) == typeof(First))
        {
            using var rows = InOrder(x);
            Reduce<R, F>(rows, rows, default(Layout), result, to, full, factor);
        }
        else
        {
            using var left = InOrder(x);
            using var right = Readable(y, left.Layout);
            Reduce<R, F>(left, right, right.Layout, result, to, full, factor);
        }

        return new Values(result);
    }

    static void Reduce<R, F>(in Lease x, in Lease y, in Layout layoutY, Buffer result, in Layout to, Shape full, double factor)
        where R : struct, IReduction
        where F : struct, IBinary
    {
        int rank = full.Rank;
        Span<int> sizes = stackalloc int[Shape.MaxRank];
        Span<int> strides = stackalloc int[3 * Shape.MaxRank];
        full.CopyTo(sizes);
        bool both = typeof(F) != typeof(First);
        var wideY = both ? layoutY.Expand(full) : default;
        var wideTo = to.Expand(full);
        for (int axis = 0; axis < rank; axis++)
        {
            strides[axis] = x.Layout.Stride(axis);
            strides[rank + axis] = both ? wideY.Stride(axis) : 0;
            strides[2 * rank + axis] = wideTo.Stride(axis);
        }

        fixed (float* p = x.Memory, q = y.Memory, r = result.Span(result.Capacity))
        {
            float* first = p + x.Layout.Offset;
            StridedReductions.Compute<R, F>(StridedPlan.Of(sizes[..rank], strides[..(3 * rank)]),
                first, both ? q + layoutY.Offset : first, r, factor);
        }
    }

    // A reduction reads each element once and its run side by side: what does not lie so is copied.
    static Lease InOrder(in Operand x)
    {
        x.RequireFloat32();
        var order = Layout.Dense(x.Shape, x.Layout);
        return x.Layout.Repeats || !StridedMaps.Reads(Plan(order, x.Layout), 1)
            ? new Lease(new Operand(Copy(x, order), order), isCopy: true) : new Lease(x, isCopy: false);
    }
}
