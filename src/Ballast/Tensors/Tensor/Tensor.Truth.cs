using System.Runtime.InteropServices;

namespace Ballast;

/// <content>Which values are not zero, for tensors of any type. What is not a number is not zero.</content>
public partial class Tensor
{
    /// <summary>How many values along axes, or of all, are not zero: int64. It has no gradient. PyTorch: <c>count_nonzero(dim)</c>.</summary>
    /// <param name="axes">The axes; none for all of them.</param>
    /// <param name="keepAxes">Whether the axes stay, with the size 1.</param>
    /// <exception cref="ArgumentException">An axis that is not there, or is named twice.</exception>
    public Tensor CountNonzero(ReadOnlySpan<int> axes = default, bool keepAxes = false)
    {
        ReducedAxes reduced = new(nameof(CountNonzero), this, axes);
        if (Backend.Current is { } other)
            return other.Apply("count_nonzero", this, ("axes", reduced.Reduced), ("keep_axes", keepAxes));
        return new Tensor(reduced.Result(keepAxes), new Values(Counts(reduced)));
    }

    /// <summary>Whether any value along axes, or of all, is not zero: bool, false where there are no values. PyTorch: <c>any(dim)</c>.</summary>
    /// <inheritdoc cref="CountNonzero"/>
    public Tensor Any(ReadOnlySpan<int> axes = default, bool keepAxes = false) =>
        Judge("any", new ReducedAxes(nameof(Any), this, axes), keepAxes, static (count, _) => count > 0);

    /// <summary>Whether all values along axes, or all at once, are not zero: bool, true where there are no values. PyTorch:
    /// <c>all(dim)</c>.</summary>
    /// <inheritdoc cref="CountNonzero"/>
    public Tensor All(ReadOnlySpan<int> axes = default, bool keepAxes = false) =>
        Judge("all", new ReducedAxes(nameof(All), this, axes), keepAxes, static (count, of) => count == of);

    Tensor Judge(string name, ReducedAxes axes, bool keepAxes, Func<long, long, bool> judge)
    {
        if (Backend.Current is { } other)
            return other.Apply(name, this, ("axes", axes.Reduced), ("keep_axes", keepAxes));
        var shape = axes.Result(keepAxes);
        var counts = Counts(axes);
        var verdicts = Buffer.Rent(ElementType.Bool, shape.Length);
        var to = verdicts.Span<bool>(shape.Length);
        var from = counts.Span<long>(shape.Length);
        for (int i = 0; i < to.Length; i++)
            to[i] = judge(from[i], axes.Count);
        counts.Release();
        return new Tensor(shape, new Values(verdicts));
    }

    // The number of values other than zero for each kept position.
    Buffer Counts(ReducedAxes axes)
    {
        int results = axes.Kept.Length, size = (int)axes.Count;
        var counts = Buffer.Rent(ElementType.Int64, results);
        var to = counts.Span<long>(results);
        var rows = axes.Rows(this);
        switch (ElementType)
        {
            case ElementType.Float32 or ElementType.Float64:
                Kernels.LineCounts.NotZero<int>(MemoryMarshal.Cast<byte, int>(rows.Bytes(Length * sizeof(float))), to, size, floats: true);
                break;
            case ElementType.Int64:
                Kernels.LineCounts.NotZero<long>(rows.Span<long>(Length), to, size);
                break;
            default:
                Kernels.LineCounts.NotZero<byte>(rows.Bytes(Length), to, size);
                break;
        }

        rows.Release();
        return counts;
    }
}
