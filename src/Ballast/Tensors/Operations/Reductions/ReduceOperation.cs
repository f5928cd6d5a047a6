using Ballast.Kernels;

namespace Ballast;

/// <summary>The sum along axes, times a factor: 1 for the sum, 1 / count for the mean.</summary>
sealed class ReduceOperation : Operation
{
    readonly Shape kept;
    readonly double factor;

    ReduceOperation(Tensor x, Shape kept, double factor) : base(x)
    {
        this.kept = kept;
        this.factor = factor;
    }

    /// <summary>The forward pass.</summary>
    /// <param name="x">What is added up.</param>
    /// <param name="kept">x's shape with the size 1 on the axes that are added up.</param>
    /// <param name="shape">The result's shape: the same, or without those axes.</param>
    /// <param name="factor">The factor.</param>
    public static Tensor Run(Tensor x, Shape kept, Shape shape, double factor)
    {
        var values = Loops.Reduce<SumReduction>(x.Operand, kept, factor);
        return Records(x) ? new ReduceOperation(x, kept, factor).Produce(shape, values) : new Tensor(shape, values);
    }

    /// <summary>dx = g times the factor, at each position that was added up.</summary>
    public override void Backward(Values gradient)
    {
        var g = gradient.ReadExclusive(kept.Length);
        if (factor != 1)
            Scaling.Run(g.Span(kept.Length), (float)factor);
        Operand repeated = new(g, Layout.RowMajor(kept).Expand(First!.Shape));
        Give(First, repeated.ToValues());
    }
}
