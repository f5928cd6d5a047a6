using Ballast.Kernels;

namespace Ballast;

/// <summary>Reductions of tensors that are not of floats, which have no gradient: sums, products, extremes.</summary>
static class WholeReductions
{
    /// <summary>Whether a tensor's elements are whole numbers or truth values.</summary>
    public static bool Takes(Tensor x) => !x.ElementType.IsFloat();

    /// <summary>The sum along axes, int64; of truth values the number of those that are true.</summary>
    public static Tensor Sum(Tensor x, ReducedAxes axes, bool keepAxes) => Run<AddArithmetic>(x, axes, keepAxes, 0);

    /// <summary>The product along axes, int64.</summary>
    public static Tensor Product(Tensor x, ReducedAxes axes, bool keepAxes) => Run<MultiplyArithmetic>(x, axes, keepAxes, 1);

    /// <summary>The largest value along axes, of x's type.</summary>
    public static Tensor Largest(Tensor x, ReducedAxes axes, bool keepAxes) =>
        Run<MaximumArithmetic>(x, axes, keepAxes, long.MinValue).To(x.ElementType);

    /// <summary>The smallest value along axes, of x's type.</summary>
    public static Tensor Smallest(Tensor x, ReducedAxes axes, bool keepAxes) =>
        Run<MinimumArithmetic>(x, axes, keepAxes, long.MaxValue).To(x.ElementType);

    static Tensor Run<A>(Tensor x, ReducedAxes axes, bool keepAxes, long start)
        where A : struct, IArithmetic
    {
        int results = axes.Kept.Length, size = (int)axes.Count;
        var folded = Buffer.Rent(ElementType.Int64, results);
        var to = folded.Span<long>(results);
        var rows = axes.Rows(x);
        if (x.ElementType == ElementType.Int64)
            LineFolds.Run<A, long>(rows.Span<long>(x.Length), to, size, start);
        else
            LineFolds.Run<A, byte>(rows.Bytes(x.Length), to, size, start);
        rows.Release();
        return new Tensor(axes.Result(keepAxes), new Values(folded));
    }
}
