using Ballast.Kernels;

namespace Ballast;

static unsafe partial class Loops
{
    /// <summary>f(x), element by element.</summary>
    public static Operand Map<F>(in F f, in Operand x)
        where F : struct, IActivation
    {
        var order = Order(x.Shape, x);
        var result = Buffer.Rent(x.Shape.Length);
        using var from = Readable(x, order);
        fixed (float* to = result.Span(x.Shape.Length), p = from.Memory)
            Activations.Forward(f, Plan(order, from.Layout), to, p + from.Layout.Offset);
        return new Operand(result, order);
    }

    /// <summary>g f'(kept), element by element. It takes g over, and writes over it where nobody else holds it.</summary>
    public static Values MapGradient<F>(in F f, in Operand kept, in Operand g)
        where F : struct, IActivation
    {
        var order = Order(kept.Shape, kept, g);
        var result = g.Memory.IsExclusive && g.Layout.Equals(order) ? g.Memory.Hold() : Buffer.Rent(order.Shape.Length);
        using var from = Readable(kept, order);
        using var gradient = Readable(g, order);
        fixed (float* to = result.Span(order.Shape.Length), p = from.Memory, q = gradient.Memory)
        {
            Activations.Backward(f, Plan(order, from.Layout, gradient.Layout),
                to, p + from.Layout.Offset, q + gradient.Layout.Offset);
        }

        g.Release();
        return new Operand(result, order).ToValues();
    }
}
