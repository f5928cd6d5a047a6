using Ballast.Kernels;

namespace Ballast;

/// <summary>Element-wise functions and copies of operands under any strides, with broadcasting.</summary>
/// <remarks>The result lies in the order of the first operand that is dense and of the result's shape, row-major if none is: what is
/// channels-last stays so.</remarks>
static unsafe partial class Loops
{
    /// <summary>F(x), element by element.</summary>
    public static Values Map<F>(in Operand x)
        where F : struct, IUnary
    {
        var order = Order(x.Shape, x);
        var result = Buffer.Result(x.Shape.Length);
        using var from = Readable(x, order);
        fixed (float* to = result.Span(x.Shape.Length), p = from.Memory)
            StridedMaps.Map<F>(Plan(order, from.Layout), to, p + from.Layout.Offset);
        return new Operand(result, order).ToValues();
    }

    /// <summary>F(x, y), element by element, of operands that broadcast to a shape.</summary>
    public static Values Zip<F>(in Operand x, in Operand y, Shape shape)
        where F : struct, IBinary
    {
        var order = Order(shape, x, y);
        var result = Buffer.Result(shape.Length);
        using var left = Readable(x, order);
        using var right = Readable(y, order);
        fixed (float* to = result.Span(shape.Length), p = left.Memory, q = right.Memory)
            StridedMaps.Zip<F>(Plan(order, left.Layout, right.Layout), to, p + left.Layout.Offset, q + right.Layout.Offset);
        return new Operand(result, order).ToValues();
    }

    /// <summary>F(x, y, z), element by element, of operands that broadcast to a shape.</summary>
    public static Values Zip<F>(in Operand x, in Operand y, in Operand z, Shape shape)
        where F : struct, ITernary
    {
        var order = Order(shape, x, y, z);
        var result = Buffer.Result(shape.Length);
        using var first = Readable(x, order);
        using var second = Readable(y, order);
        using var third = Readable(z, order);
        fixed (float* to = result.Span(shape.Length), p = first.Memory, q = second.Memory, r = third.Memory)
        {
            StridedMaps.Zip<F>(Plan(order, first.Layout, second.Layout, third.Layout),
                to, p + first.Layout.Offset, q + second.Layout.Offset, r + third.Layout.Offset);
        }

        return new Operand(result, order).ToValues();
    }

    /// <summary>Adds y, which broadcasts to the shape of <paramref name="region"/>, to the elements there.</summary>
    /// <param name="memory">The memory that is added to.</param>
    /// <param name="region">Where in it.</param>
    /// <param name="y">What is added.</param>
    /// <param name="overlaps">Whether several positions of the region are one place.</param>
    public static void AddTo(Buffer memory, in Layout region, in Operand y, bool overlaps = false)
    {
        if (region.Shape.Length == 0)
            return;
        using var right = Readable(y, region);
        fixed (float* p = memory.Span(memory.Capacity), q = right.Memory)
        {
            var plan = Plan(region, region, right.Layout);
            if (!overlaps && (plan.RunStride(0) == 1 || plan.Run == 1))
                StridedMaps.Zip<Add>(plan, p + region.Offset, p + region.Offset, q + right.Layout.Offset);
            else
                Scatter(plan, p + region.Offset, q + right.Layout.Offset);
        }
    }

    // Elements that do not lie side by side, or several that meet at one place: one by one.
    static void Scatter(in StridedPlan plan, float* to, float* y)
    {
        var at = plan.At(0);
        for (long run = 0; run < plan.Runs; run++)
        {
            for (int i = 0; i < plan.Run; i++)
                to[at.Offsets[0] + i * plan.RunStride(0)] += y[at.Offsets[2] + i * plan.RunStride(2)];
            plan.Advance(ref at);
        }
    }

    /// <summary>The values row-major in fresh memory.</summary>
    public static Buffer RowMajor(in Operand x) => Copy(x, Layout.RowMajor(x.Shape));

    /// <summary>The values in fresh memory, in a dense order.</summary>
    public static Buffer Copy(in Operand x, in Layout order)
    {
        var copy = Buffer.Rent(x.Type, x.Shape.Length);
        CopyTo(copy, order, x);
        return copy;
    }

    /// <summary>Copies values, which broadcast to the shape of <paramref name="region"/>, to the elements there.</summary>
    public static void CopyTo(Buffer memory, in Layout region, in Operand x)
    {
        if (region.Shape.Length == 0)
            return;
        var plan = Plan(region, x.Layout);
        fixed (byte* to = memory.Bytes(), from = x.Memory.Bytes())
        {
            switch (x.Type.Size())
            {
                case 4:
                    StridedCopy.Compute(plan, (float*)to + region.Offset, (float*)from + x.Layout.Offset);
                    break;
                case 8:
                    StridedCopy.Compute(plan, (long*)to + region.Offset, (long*)from + x.Layout.Offset);
                    break;
                default:
                    StridedCopy.Compute(plan, to + region.Offset, from + x.Layout.Offset);
                    break;
            }
        }
    }

    /// <summary>The order of a result: that of the first operand that is dense and of its shape, else row-major.</summary>
    static Layout Order(Shape shape, in Operand x) => HasOrder(x, shape, out var order) ? order : Layout.RowMajor(shape);

    static Layout Order(Shape shape, in Operand x, in Operand y) => HasOrder(x, shape, out var order) ? order : Order(shape, y);

    static Layout Order(Shape shape, in Operand x, in Operand y, in Operand z) =>
        HasOrder(x, shape, out var order) ? order : Order(shape, y, z);

    static bool HasOrder(in Operand x, Shape shape, out Layout order)
    {
        order = default;
        return x.Shape == shape && x.Layout.TryDense(out order);
    }

    /// <summary>A loop over operands, which broadcast to the shape of the first one's layout.</summary>
    static StridedPlan Plan(in Layout first, in Layout second) =>
        first.IsDense && second.IsLike(first) ? StridedPlan.Line(first.Shape.Length, 2) : Plan([first, second]);

    static StridedPlan Plan(in Layout first, in Layout second, in Layout third) =>
        first.IsDense && second.IsLike(first) && third.IsLike(first)
            ? StridedPlan.Line(first.Shape.Length, 3) : Plan([first, second, third]);

    static StridedPlan Plan(in Layout first, in Layout second, in Layout third, in Layout fourth) =>
        first.IsDense && second.IsLike(first) && third.IsLike(first) && fourth.IsLike(first)
            ? StridedPlan.Line(first.Shape.Length, 4) : Plan([first, second, third, fourth]);

    static StridedPlan Plan(ReadOnlySpan<Layout> layouts)
    {
        var shape = layouts[0].Shape;
        int rank = shape.Rank;
        Span<int> sizes = stackalloc int[Shape.MaxRank];
        Span<int> strides = stackalloc int[Shape.MaxRank * StridedPlan.MaxOperands];
        shape.CopyTo(sizes);
        for (int i = 0; i < layouts.Length; i++)
        {
            var layout = layouts[i].Shape == shape ? layouts[i] : layouts[i].Expand(shape);
            for (int axis = 0; axis < rank; axis++)
                strides[i * rank + axis] = layout.Stride(axis);
        }

        return StridedPlan.Of(sizes[..rank], strides[..(rank * layouts.Length)]);
    }

    /// <summary>An operand that the loops read as it lies, or a copy of it in the result's order.</summary>
    static Lease Readable(in Operand x, in Layout order)
    {
        x.RequireFloat32();
        return ReadableElements(x, order);
    }

    /// <summary>An operand of any type that a loop reads as it lies, or a copy of it in the result's order.</summary>
    static Lease ReadableElements(in Operand x, in Layout order)
    {
        if (x.Shape.Length == 0 || x.Layout.IsLike(order) || StridedMaps.Reads(Plan(order, x.Layout), 1))
            return new Lease(x, isCopy: false);
        Layout wide = x.Layout;
        while (wide.Shape.Rank < order.Shape.Rank)
            wide = wide.Insert(0);
        var dense = Layout.Dense(wide.Shape, order);
        return new Lease(new Operand(Copy(x.With(wide), dense), dense), isCopy: true);
    }

    /// <summary>An operand that a loop reads: its caller's, or a copy of it that ends with the loop.</summary>
    readonly ref struct Lease(scoped in Operand operand, bool isCopy)
    {
        /// <summary>Where the elements lie.</summary>
        public readonly Layout Layout = operand.Layout;

        /// <summary>The memory that they lie in.</summary>
        public readonly Buffer Buffer = operand.Memory;

        /// <summary>All of the memory.</summary>
        public Span<float> Memory => Buffer.Span(Buffer.Capacity);

        public void Dispose()
        {
            if (isCopy)
                Buffer.Release();
        }
    }
}
