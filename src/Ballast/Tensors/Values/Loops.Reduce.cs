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
        for (int axis = 0; axis < x.Shape.Rank; axis++)
        {
            if (x.Layout.Stride(axis) < 0 && x.Shape[axis] > 1)
                return ReduceReversed<R, F>(x, y, shape, factor, axis);
        }

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

    // What is reversed along an axis lies in memory's order from that axis's other end on: y and the result are turned round for it.
    static Values ReduceReversed<R, F>(in Operand x, in Operand y, Shape shape, double factor, int axis)
        where R : struct, IReduction
        where F : struct, IBinary
    {
        var forward = x.With(x.Layout.Reverse(axis));
        if (typeof(F) == typeof(First))
            return Turned(Reduce<R, F>(forward, forward, shape, factor), shape, axis - (x.Shape.Rank - shape.Rank));
        var turned = Turned(new Values(RowMajor(y)), y.Shape, axis - (x.Shape.Rank - y.Shape.Rank));
        Operand other = new(turned.Read(y.Shape.Length), Layout.RowMajor(y.Shape));
        var result = Reduce<R, F>(forward, other, shape, factor);
        other.Release();
        return Turned(result, shape, axis - (x.Shape.Rank - shape.Rank));
    }

    // Row-major values in the opposite order along an axis, where there is one of several positions.
    static Values Turned(Values values, Shape shape, int axis)
    {
        if (axis < 0 || shape[axis] == 1)
            return values;
        Operand reversed = new(values.Read(shape.Length), Layout.RowMajor(shape).Reverse(axis));
        Values turned = new(RowMajor(reversed));
        reversed.Release();
        return turned;
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

    /// <summary>Values that several reductions read: as they lie, or a copy that is made once, with a hold of the caller's own.</summary>
    public static Operand Ordered(in Operand x)
    {
        x.RequireFloat32();
        var forward = x.Layout;
        for (int axis = 0; axis < x.Shape.Rank; axis++)
            forward = forward.Stride(axis) < 0 ? forward.Reverse(axis) : forward;
        return LiesInOrder(forward) ? x.Hold() : new Operand(RowMajor(x), Layout.RowMajor(x.Shape));
    }

    // A reduction reads each element once and its run side by side: what does not lie so is copied.
    static Lease InOrder(in Operand x)
    {
        x.RequireFloat32();
        if (LiesInOrder(x.Layout))
            return new Lease(x, isCopy: false);
        var order = Layout.Dense(x.Shape, x.Layout);
        return new Lease(new Operand(Copy(x, order), order), isCopy: true);
    }

    static bool LiesInOrder(in Layout layout) => !layout.Repeats && StridedMaps.Reads(Plan(Layout.Dense(layout.Shape, layout), layout), 1);
}
