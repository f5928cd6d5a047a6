using System.Numerics;
using Ballast.Kernels;

namespace Ballast;

static unsafe partial class Loops
{
    const int CacheLine = 64; // bytes

    /// <summary>The slices of an axis at some positions: row-major values of x's shape with the positions on the axis.</summary>
    public static Operand TakeSlices(in Operand x, int axis, Buffer positions, int count)
    {
        Span<int> sizes = stackalloc int[Shape.MaxRank];
        x.Shape.CopyTo(sizes);
        sizes[axis] = count;
        var order = Layout.RowMajor(new Shape(sizes[..x.Shape.Rank]));
        Operand result = new(Buffer.Rent(x.Type, order.Shape.Length), order);
        if (order.Shape.Length == 0)
            return result;
        switch (x.Type.Size())
        {
            case 4:
                TakeSlices<float>(result, x, axis, positions, count);
                break;
            case 8:
                TakeSlices<long>(result, x, axis, positions, count);
                break;
            default:
                TakeSlices<byte>(result, x, axis, positions, count);
                break;
        }

        return result;
    }

    static void TakeSlices<T>(in Operand result, in Operand x, int axis, Buffer positions, int count)
        where T : unmanaged
    {
        // Slices whose elements lie in lines of the cache of their own are turned over all at once, unless few of them are taken.
        var order = Layout.RowMajor(x.Shape);
        bool isAcross = Math.Abs(Plan(order, x.Layout).RunStride(1)) * sizeof(T) >= CacheLine;
        using var read = isAcross && 2 * (long)count >= x.Shape[axis] ? ReadableElements(x, order) : new Lease(x, isCopy: false);
        var slice = Plan(result.Layout.Slice(axis, 0, 1, 1), read.Layout.Slice(axis, 0, 1, 1));
        fixed (T* to = All<T>(result.Memory), from = All<T>(read.Buffer))
        {
            fixed (long* at = positions.Span<long>(count))
                IndexedSlices.Gather(slice, to, result.Layout.Stride(axis), from + read.Layout.Offset, read.Layout.Stride(axis), at, count);
        }
    }

    /// <summary>Adds the slices of x to those of a memory at some positions of an axis.</summary>
    public static void AddSlices(Buffer memory, in Layout to, int axis, Buffer positions, int count, in Operand x)
    {
        if (x.Shape.Length == 0)
            return;
        var slice = Plan(to.Slice(axis, 0, 1, 1), x.Layout.Slice(axis, 0, 1, 1));
        fixed (float* sum = All<float>(memory), from = All<float>(x.Memory))
        {
            fixed (long* at = positions.Span<long>(count))
                IndexedSlices.Add(slice, sum + to.Offset, to.Stride(axis), from + x.Layout.Offset, x.Layout.Stride(axis), at, count);
        }
    }

    /// <summary>The element of x at each position on an axis: row-major values of the positions' shape.</summary>
    public static Operand TakeElements(in Operand x, int axis, in Operand positions)
    {
        int length = positions.Shape.Length;
        Operand result = new(x.Type == ElementType.Float32 ? Buffer.Result(length) : Buffer.Rent(x.Type, length), Layout.RowMajor(positions.Shape));
        switch (x.Type.Size())
        {
            case 4:
                TakeElements<float>(result, x, axis, positions);
                break;
            case 8:
                TakeElements<long>(result, x, axis, positions);
                break;
            default:
                TakeElements<byte>(result, x, axis, positions);
                break;
        }

        return result;
    }

    static void TakeElements<T>(in Operand result, in Operand x, int axis, in Operand positions)
        where T : unmanaged
    {
        var plan = Plan(result.Layout, positions.Layout, Across(x.Layout, axis, positions.Shape));
        fixed (T* to = All<T>(result.Memory), from = All<T>(x.Memory))
        {
            fixed (long* at = All<long>(positions.Memory))
                IndexedElements.Gather(plan, to, at + positions.Layout.Offset, from + x.Layout.Offset, x.Layout.Stride(axis));
        }
    }

    /// <summary>Puts each element of x, of the positions' shape, to its position on an axis of a memory, or adds it there.</summary>
    public static void PutElements(Buffer memory, in Layout to, int axis, in Operand positions, in Operand x, bool adds)
    {
        if (positions.Shape.Length == 0)
            return;
        switch (x.Type)
        {
            case ElementType.Float32:
                PutElements<float>(memory, to, axis, positions, x, adds);
                break;
            case ElementType.Int64:
                PutElements<long>(memory, to, axis, positions, x, adds);
                break;
            default:
                PutElements<byte>(memory, to, axis, positions, x, adds);
                break;
        }
    }

    static void PutElements<T>(Buffer memory, in Layout to, int axis, in Operand positions, in Operand x, bool adds)
        where T : unmanaged, INumber<T>
    {
        var plan = Plan(positions.Layout, Across(to, axis, positions.Shape), x.Layout);
        fixed (T* destination = All<T>(memory), from = All<T>(x.Memory))
        {
            fixed (long* at = All<long>(positions.Memory))
            {
                T* first = destination + to.Offset, source = from + x.Layout.Offset;
                if (adds)
                    IndexedElements.Add(plan, at + positions.Layout.Offset, first, to.Stride(axis), source);
                else
                    IndexedElements.Put(plan, at + positions.Layout.Offset, first, to.Stride(axis), source);
            }
        }
    }

    // The beginning of each of the other axes, with one place for the axis itself.
    static Layout Across(in Layout layout, int axis, Shape shape)
    {
        var across = layout.Select(axis, 0).Insert(axis);
        for (int i = 0; i < shape.Rank; i++)
        {
            if (i != axis)
                across = across.Slice(i, 0, shape[i], 1);
        }

        return across.Expand(shape);
    }
}
