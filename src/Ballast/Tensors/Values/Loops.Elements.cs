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
        var memory = Buffer.Rent(ElementTypes.Of<R>(), x.Shape.Length);
        bool taken;
        fixed (R* to = memory.Span<R>(x.Shape.Length))
        {
            fixed (T* p = All<T>(x.Memory))
                taken = StridedElements.Map<F, T, R>(Plan(order, x.Layout), to, p + x.Layout.Offset);
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
            fixed (T* p = All<T>(x.Memory), q = All<T>(y.Memory))
                StridedElements.Zip<F, T, R>(Plan(order, x.Layout, y.Layout), to, p + x.Layout.Offset, q + y.Layout.Offset);
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
        fixed (T* to = memory.Span<T>(shape.Length), p = All<T>(x.Memory), q = All<T>(y.Memory))
        {
            fixed (bool* m = All<bool>(mask.Memory))
            {
                StridedElements.Select(Plan(order, mask.Layout, x.Layout, y.Layout),
                    to, m + mask.Layout.Offset, p + x.Layout.Offset, q + y.Layout.Offset);
            }
        }

        return new Operand(memory, order).ToValues();
    }

    // All elements that fit into a buffer.
    static Span<T> All<T>(Buffer memory)
        where T : unmanaged => memory.Span<T>((int)Math.Min(int.MaxValue, memory.Capacity * 4L / sizeof(T)));
}
