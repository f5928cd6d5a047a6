using Ballast.Kernels;

namespace Ballast;

static unsafe partial class Loops
{
    /// <summary>f(x), element by element.</summary>
    public static Values Map(Pointwise f, in Operand x)
    {
        var order = Order(x.Shape, x);
        var result = Buffer.Result(x.Shape.Length);
        using var from = Readable(x, order);
        fixed (float* to = result.Span(x.Shape.Length), p = from.Memory)
            f.Forward(Plan(order, from.Layout), to, p + from.Layout.Offset);
        return new Operand(result, order).ToValues();
    }

    /// <summary>g f'(kept), element by element. It takes g over, and writes over it where nobody else holds it.</summary>
    public static Values MapGradient(Pointwise f, in Operand kept, in Operand g)
    {
        var order = Order(kept.Shape, kept, g);
        var result = Place.For(order.Shape.Length, g.Layout.IsSame(order) ? g.Memory : null);
        using var from = Readable(kept, order);
        using var gradient = Readable(g, order);
        fixed (float* to = result.Span(order.Shape.Length), p = from.Memory, q = gradient.Memory)
        {
            f.Backward(Plan(order, from.Layout, gradient.Layout),
                to, p + from.Layout.Offset, q + gradient.Layout.Offset);
        }

        g.Release();
        return new Operand(result, order).ToValues();
    }
}
