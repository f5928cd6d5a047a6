using Ballast.Kernels;

namespace Ballast;

/// <summary>ln of the sum of exp(x) along axes.</summary>
sealed class LogSumExpOperation : Operation
{
    readonly Operand x;
    readonly Operand result;

    LogSumExpOperation(Tensor x, Operand result) : base(x)
    {
        this.x = x.Operand.Hold();
        this.result = result.Hold();
    }

    /// <summary>The forward pass: the largest value is subtracted first, so that nothing overflows.</summary>
    public static Tensor Run(Tensor x, ReducedAxes axes, bool keepAxes)
    {
        if (Backend.Current is { } other)
            return other.Apply("logsumexp", x, ("axes", axes.Reduced), ("keep_axes", keepAxes));
        var kept = axes.Kept;
        var from = Loops.Ordered(x.Operand);
        Operand max = new(Loops.Reduce<MaxReduction>(from, kept).Read(kept.Length), Layout.RowMajor(kept));
        var tops = max.Memory.Span(kept.Length);
        for (int i = 0; i < tops.Length; i++)
            tops[i] = float.IsInfinity(tops[i]) ? 0 : tops[i];
        Operand result = new(
            Loops.Reduce<SumReduction, ExponentialOfDifference>(from, max, kept).Read(kept.Length), max.Layout);
        from.Release();
        var sums = result.Memory.Span(kept.Length);
        for (int i = 0; i < sums.Length; i++)
            sums[i] = tops[i] + MathF.Log(sums[i]);
        max.Release();
        var shape = axes.Result(keepAxes);
        return Records(x)
            ? new LogSumExpOperation(x, result).Produce(shape, result.ToValues())
            : new Tensor(shape, result.ToValues());
    }

    /// <summary>dx = g exp(x - y).</summary>
    public override void Backward(Values gradient)
    {
        Operand g = new(gradient.Read(result.Shape.Length), result.Layout);
        Give(First!, Loops.Zip<ScaledExponential>(x, result, g, x.Shape));
        g.Release();
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved()
    {
        x.Release();
        result.Release();
    }
}
