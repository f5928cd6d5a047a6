using Ballast.Kernels;

namespace Ballast;

/// <summary>A view of a tensor's elements where they lie: nothing is copied.</summary>
sealed class ViewOperation : Operation
{
    readonly View view;

    ViewOperation(Tensor x, View view) : base(x) => this.view = view;

    /// <summary>The forward pass. The view holds the memory: what is handed back or changed later is not seen through it.</summary>
    public static Tensor Run(Tensor x, View view)
    {
        if (Backend.Current is { } other)
            return other.Apply(view.Describe(x))[0];
        var operand = x.Operand;
        var seen = operand.With(view.Apply(operand.Layout)).Hold();
        var values = seen.ToValues();
        return Records(x) ? new ViewOperation(x, view).Produce(seen.Shape, values) : new Tensor(seen.Shape, values);
    }

    /// <summary>dx = g at the elements in view, added up where one is seen several times, and 0 at all others.</summary>
    public override void Backward(Values gradient)
    {
        var x = First!;
        if (view is ExpandedView)
        {
            var copies = gradient.ToOperand(Output.Shape);
            Give(x, Loops.Reduce<SumReduction>(copies, Leading(x.Shape, Output.Shape.Rank)));
            copies.Release();
            return;
        }

        var g = gradient.ToOperand(Output.Shape);
        if (view.TryInvert(g.Layout, out var inverse))
        {
            Give(x, g.With(inverse).ToValues());
            return;
        }

        Give(x, view.Apply(Layout.RowMajor(x.Shape)), view.Overlaps, g.ToValues());
    }

    // A shape with axes of the size 1 in front, up to a number of axes.
    static Shape Leading(Shape shape, int rank)
    {
        Span<int> sizes = stackalloc int[Shape.MaxRank];
        sizes[..(rank - shape.Rank)].Fill(1);
        shape.CopyTo(sizes[(rank - shape.Rank)..]);
        return new Shape(sizes[..rank]);
    }
}
