using Ballast.Kernels;

namespace Ballast;

/// <summary>The product along axes.</summary>
sealed class ProductOperation : Operation
{
    readonly Operand saved;
    readonly int[] order; // the axes that are kept, then those that are multiplied
    readonly int results;

    ProductOperation(Tensor x, int[] order, int results) : base(x)
    {
        saved = x.Operand.Hold();
        this.order = order;
        this.results = results;
    }

    /// <summary>The forward pass.</summary>
    public static Tensor Run(Tensor x, ReducedAxes axes, bool keepAxes)
    {
        if (Backend.Current is { } other)
            return other.Apply("prod", x, ("axes", axes.Reduced), ("keep_axes", keepAxes));
        if (WholeReductions.Takes(x))
            return WholeReductions.Product(x, axes, keepAxes);
        var values = Loops.Reduce<ProductReduction>(x.Operand, axes.Kept);
        var shape = axes.Result(keepAxes);
        return Records(x) ? new ProductOperation(x, axes.KeptFirst, shape.Length).Produce(shape, values) : new Tensor(shape, values);
    }

    /// <summary>dx = g times the product of all the other values.</summary>
    public override void Backward(Values gradient)
    {
        var x = First!;
        var turned = saved.With(saved.Layout.Permute(order));
        var lines = Loops.RowMajor(turned);
        var g = gradient.Read(results);
        var dx = Buffer.Rent(x.Length);
        LineScans.Others(lines.Span(x.Length), g.Span(results), dx.Span(x.Length));
        g.Release();
        lines.Release();
        int[] back = new int[order.Length];
        for (int i = 0; i < order.Length; i++)
            back[order[i]] = i;
        Give(x, new Operand(dx, Layout.RowMajor(turned.Shape).Permute(back)).ToValues());
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved() => saved.Release();
}
