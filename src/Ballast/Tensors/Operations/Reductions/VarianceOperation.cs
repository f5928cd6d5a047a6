using Ballast.Kernels;

namespace Ballast;

/// <summary>The variance along axes, or its square root.</summary>
sealed class VarianceOperation : Operation
{
    readonly Operand x;
    readonly Operand mean;
    readonly Operand result;
    readonly double factor; // 1 / (n - correction)
    readonly bool root;

    VarianceOperation(Tensor x, Operand mean, Operand result, double factor, bool root) : base(x)
    {
        this.x = x.Operand.Hold();
        this.mean = mean.Hold();
        this.result = result.Hold();
        this.factor = factor;
        this.root = root;
    }

    /// <summary>The forward pass.</summary>
    public static Tensor Run(Tensor x, ReducedAxes axes, double correction, bool keepAxes, bool root)
    {
        Throw.Unless(!double.IsNaN(correction), $"Var: expected a correction such as 0 or 1, got NaN.");
        if (Backend.Current is { } other)
        {
            return other.Apply(root ? "std" : "var", x, ("axes", axes.Reduced), ("keep_axes", keepAxes), ("correction", correction));
        }

        var from = Loops.Ordered(x.Operand);
        var kept = axes.Kept;
        double factor = 1 / Math.Max(0, axes.Count - correction);
        Operand mean = new(Mean(from, kept, axes.Count), Layout.RowMajor(kept));
        var values = Loops.Reduce<SumReduction, SquaredDifference>(from, mean, kept, factor).Read(kept.Length);
        from.Release();
        if (root)
            Elementwise.Map<SquareRoot>(values.Span(kept.Length), values.Span(kept.Length));
        Operand result = new(values, mean.Layout);
        var shape = axes.Result(keepAxes);
        var output = Records(x)
            ? new VarianceOperation(x, mean, result, factor, root).Produce(shape, result.ToValues())
            : new Tensor(shape, result.ToValues());
        mean.Release();
        return output;
    }

    // The mean, and what rounding left of it: equal values have exactly themselves for a mean.
    static Buffer Mean(in Operand x, Shape kept, long count)
    {
        var mean = Loops.Reduce<SumReduction>(x, kept, 1.0 / count).Read(kept.Length);
        var rest = Loops.Reduce<SumReduction, Subtract>(x, new Operand(mean, Layout.RowMajor(kept)), kept, 1.0 / count).Read(kept.Length);
        Elementwise.Zip<Add>(mean.Span(kept.Length), rest.Span(kept.Length), mean.Span(kept.Length));
        rest.Release();
        return mean;
    }

    /// <summary>dx = 2 g (x - mean) / (n - correction); of the root y it is g (x - mean) / (y (n - correction)), 0 where y is 0.</summary>
    public override void Backward(Values gradient)
    {
        int length = result.Shape.Length;
        var scale = gradient.ReadExclusive(length);
        Span<float> scales = scale.Span(length), y = result.Memory.Span(length);
        for (int i = 0; i < length; i++)
            scales[i] = root && y[i] == 0 ? 0 : (float)(scales[i] * factor * (root ? 1.0 / y[i] : 2));
        Operand each = new(scale, result.Layout);
        Give(First!, Loops.Zip<ScaledDifference>(x, mean, each, x.Shape));
        each.Release();
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved()
    {
        x.Release();
        mean.Release();
        result.Release();
    }
}
