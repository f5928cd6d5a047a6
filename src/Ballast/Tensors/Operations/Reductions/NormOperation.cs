using Ballast.Kernels;

namespace Ballast;

/// <summary>The p-norm along axes.</summary>
sealed class NormOperation : Operation
{
    readonly Operand x;
    readonly Operand norm; // of the kept shape
    readonly double p;

    NormOperation(Tensor x, Operand norm, double p) : base(x)
    {
        this.x = x.Operand.Hold();
        this.norm = norm.Hold();
        this.p = p;
    }

    /// <summary>The forward pass.</summary>
    public static Tensor Run(Tensor x, ReducedAxes axes, double p, bool keepAxes)
    {
        Throw.Unless(!double.IsNaN(p), $"Norm: expected a power such as 1, 2 or infinity, got NaN.");
        if (p < 0 || double.IsInfinity(p))
            axes.RequireValues();
        if (Backend.Current is { } other)
            return other.Apply("norm", x, ("axes", axes.Reduced), ("keep_axes", keepAxes), ("p", p));
        var kept = axes.Kept;
        Operand norm = new(Compute(x.Operand, kept, p).Read(kept.Length), Layout.RowMajor(kept));
        var shape = axes.Result(keepAxes);
        return Records(x)
            ? new NormOperation(x, norm, p).Produce(shape, norm.ToValues())
            : new Tensor(shape, norm.ToValues());
    }

    static Values Compute(in Operand x, Shape kept, double p)
    {
        var power = One((float)p);
        switch (p)
        {
            case 0:
                return Loops.Reduce<SumReduction, IsNotZero>(x, power, kept);
            case 1:
                return Loops.Reduce<SumReduction, Magnitude>(x, power, kept);
            case double.PositiveInfinity:
                return Loops.Reduce<MaxReduction, Magnitude>(x, power, kept);
            case double.NegativeInfinity:
                return Loops.Reduce<MinReduction, Magnitude>(x, power, kept);
            case 2:
                var squares = Loops.Reduce<SumReduction, SquareOfFirst>(x, power, kept).Read(kept.Length);
                Elementwise.Map<SquareRoot>(squares.Span(kept.Length), squares.Span(kept.Length));
                return new Values(squares);
            default:
                var sums = Loops.Reduce<SumReduction, MagnitudePower>(x, power, kept).Read(kept.Length);
                foreach (ref float sum in sums.Span(kept.Length))
                    sum = (float)Math.Pow(sum, 1 / p);
                return new Values(sums);
        }
    }

    // A number for all elements.
    static Operand One(float value) => new(Buffer.Single(value), Layout.RowMajor(Shape.Scalar));

    /// <summary>dx = g sign(x) (|x| / y)^(p - 1), 0 where y or x is 0; for infinity g sign(x) / n at the n values of the magnitude y; for 0
    /// nothing.</summary>
    public override void Backward(Values gradient)
    {
        int length = norm.Shape.Length;
        Operand scale = new(gradient.ReadExclusive(length), norm.Layout);
        Give(First!, double.IsInfinity(p) ? Shared(scale) : Spread(scale));
        scale.Release();
    }

    Values Shared(in Operand g)
    {
        int length = norm.Shape.Length;
        var counts = Loops.Reduce<SumReduction, SameMagnitude>(x, norm, norm.Shape).Read(length);
        Elementwise.Zip<Divide>(g.Memory.Span(length), counts.Span(length), g.Memory.Span(length));
        counts.Release();
        return Loops.Zip<ShareOfSameMagnitude>(x, norm, g, x.Shape);
    }

    Values Spread(in Operand g)
    {
        Span<float> scales = g.Memory.Span(norm.Shape.Length), y = norm.Memory.Span(norm.Shape.Length);
        for (int i = 0; i < y.Length; i++)
            scales[i] = p == 0 || (y[i] == 0 && p != 1) ? 0 : (float)(scales[i] / Math.Pow(y[i], p - 1));
        if (p is 0 or 1)
            return Loops.Zip<WithSignOf>(x, g, x.Shape);
        return p == 2 ? Loops.Zip<Multiply>(x, g, x.Shape) : Loops.Zip<SignedPower>(x, One((float)(p - 1)), g, x.Shape);
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved()
    {
        x.Release();
        norm.Release();
    }
}
