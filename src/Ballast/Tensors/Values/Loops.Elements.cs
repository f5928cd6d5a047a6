using Ballast.Kernels;

namespace Ballast;

static unsafe partial class Loops
{
    /// <summary>F(x), element by element, of any types; false where F does not take an element.</summary>
    public static bool TryMap<F, T, R>(in Operand x, out Values result)
        where F : struct, IElementMap<T, R>
        where T : unmanaged
        where R : unmanaged
    {
        var order = Order(x.Shape, x);
        var memory = typeof(R) == typeof(float) ? Buffer.Result(x.Shape.Length) : Buffer.Rent(ElementTypes.Of<R>(), x.Shape.Length);
        bool taken;
        fixed (R* to = memory.Span<R>(x.Shape.Length))
        {
            using var from = ReadableElements(x, order);
            fixed (T* p = All<T>(from.Buffer))
                taken = StridedElements.Map<F, T, R>(Plan(order, from.Layout), to, p + from.Layout.Offset);
        }

        result = new Operand(memory, order).ToValues();
        return taken;
    }

    /// <summary>F(x, y), element by element, of any types, of operands that broadcast to a shape.</summary>
    public static Values Zip<F, T, R>(in Operand x, in Operand y, Shape shape)
        where F : struct, IElementZip<T, R>
        where T : unmanaged
        where R : unmanaged
    {
        var order = Order(shape, x, y);
        var memory = Buffer.Rent(ElementTypes.Of<R>(), shape.Length);
        fixed (R* to = memory.Span<R>(shape.Length))
        {
            using var left = ReadableElements(x, order);
            using var right = ReadableElements(y, order);
            fixed (T* p = All<T>(left.Buffer), q = All<T>(right.Buffer))
                StridedElements.Zip<F, T, R>(Plan(order, left.Layout, right.Layout), to, p + left.Layout.Offset, q + right.Layout.Offset);
        }

        return new Operand(memory, order).ToValues();
    }

    /// <summary>x where the mask holds, else y, of operands that broadcast to a shape.</summary>
    public static Values Select(in Operand mask, in Operand x, in Operand y, Shape shape) => x.Type.Size() switch
    {
        4 => Select<float>(mask, x, y, shape),
        8 => Select<long>(mask, x, y, shape),
        _ => Select<byte>(mask, x, y, shape),
    };

    static Values Select<T>(in Operand mask, in Operand x, in Operand y, Shape shape)
        where T : unmanaged
    {
        var order = Order(shape, x, y, mask);
        var memory = Buffer.Rent(x.Type, shape.Length);
        using var choice = ReadableElements(mask, order);
        using var left = ReadableElements(x, order);
        using var right = ReadableElements(y, order);
        fixed (T* to = memory.Span<T>(shape.Length), p = All<T>(left.Buffer), q = All<T>(right.Buffer))
        {
            fixed (bool* m = All<bool>(choice.Buffer))
            {
                StridedElements.Select(Plan(order, choice.Layout, left.Layout, right.Layout),
                    to, m + choice.Layout.Offset, p + left.Layout.Offset, q + right.Layout.Offset);
            }
        }

        return new Operand(memory, order).ToValues();
    }

    // All elements that fit into a buffer.
    static Span<T> All<T>(Buffer memory)
        where T : unmanaged => memory.Span<T>((int)Math.Min(int.MaxValue, memory.Capacity * 4L / sizeof(T)));
}
