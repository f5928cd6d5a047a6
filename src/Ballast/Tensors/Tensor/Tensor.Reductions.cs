namespace Ballast;

/// <content>Reductions along axes. Axes are counted from 0, -1 is the last one; no axes stand for all of them.</content>
public partial class Tensor
{
    /// <summary>The sum along axes: <c>x.Sum([2, 3])</c>; of int64, uint8 and bool it is int64. PyTorch: <c>sum(dim)</c>.</summary>
    /// <param name="axes">The axes; none for all of them.</param>
    /// <param name="keepAxes">Whether the axes stay, with the size 1. PyTorch: <c>keepdim</c>.</param>
    /// <exception cref="ArgumentException">An axis that is not there, or is named twice.</exception>
    public Tensor Sum(ReadOnlySpan<int> axes, bool keepAxes = false)
    {
        var reduced = new ReducedAxes(nameof(Sum), this, axes);
        if (Backend.Current is { } other)
            return other.Apply("sum", this, ("axes", reduced.Reduced), ("keep_axes", keepAxes));
        return WholeReductions.Takes(this) ? WholeReductions.Sum(this, reduced, keepAxes)
            : ReduceOperation.Run(this, reduced.Kept, reduced.Result(keepAxes), 1);
    }

    /// <summary>The mean along axes. PyTorch: <c>mean(dim)</c>.</summary>
    /// <inheritdoc cref="Sum(ReadOnlySpan{int}, bool)"/>
    public Tensor Mean(ReadOnlySpan<int> axes, bool keepAxes = false)
    {
        var reduced = new ReducedAxes(nameof(Mean), this, axes);
        if (Backend.Current is { } other)
            return other.Apply("mean", this, ("axes", reduced.Reduced), ("keep_axes", keepAxes));
        return ReduceOperation.Run(this, reduced.Kept, reduced.Result(keepAxes), 1.0 / reduced.Count);
    }

    /// <summary>The product along axes, or of all values; of int64, uint8 and bool it is int64. PyTorch: <c>prod(dim)</c>.</summary>
    /// <remarks>Its gradient divides by nothing: zeros have the product of the other values.</remarks>
    /// <inheritdoc cref="Sum(ReadOnlySpan{int}, bool)"/>
    public Tensor Prod(ReadOnlySpan<int> axes = default, bool keepAxes = false) =>
        ProductOperation.Run(this, new ReducedAxes(nameof(Prod), this, axes), keepAxes);

    /// <summary>The largest value along axes, or of all; not a number where one of them is none. Values that share the largest one share its
    /// gradient. PyTorch: <c>amax(dim)</c>; <see cref="Max(int, bool)"/> also says where it stands.</summary>
    /// <param name="axes">The axes; none for all of them.</param>
    /// <param name="keepAxes">Whether the axes stay, with the size 1. PyTorch: <c>keepdim</c>.</param>
    /// <exception cref="ArgumentException">An axis that is not there, is named twice, or has no values.</exception>
    public Tensor Amax(ReadOnlySpan<int> axes = default, bool keepAxes = false) =>
        ExtremeOperation.Run<Kernels.MaxReduction>(this, new ReducedAxes(nameof(Amax), this, axes), keepAxes);

    /// <summary>The smallest value along axes, or of all. PyTorch: <c>amin(dim)</c>; <see cref="Min(int, bool)"/> also says where it
    /// stands.</summary>
    /// <inheritdoc cref="Amax"/>
    public Tensor Amin(ReadOnlySpan<int> axes = default, bool keepAxes = false) =>
        ExtremeOperation.Run<Kernels.MinReduction>(this, new ReducedAxes(nameof(Amin), this, axes), keepAxes);

    /// <summary>The variance along axes, or of all values: the sum of (x - mean)^2 divided by n - <paramref name="correction"/>.
    /// PyTorch: <c>var(dim, correction)</c>.</summary>
    /// <param name="axes">The axes; none for all of them.</param>
    /// <param name="correction">1 for a sample's variance, 0 for a population's. With as many values or fewer the result is not finite.</param>
    /// <param name="keepAxes">Whether the axes stay, with the size 1. PyTorch: <c>keepdim</c>.</param>
    /// <exception cref="ArgumentException">An axis that is not there, or is named twice.</exception>
    public Tensor Var(ReadOnlySpan<int> axes = default, double correction = 1, bool keepAxes = false) =>
        VarianceOperation.Run(this, new ReducedAxes(nameof(Var), this, axes), correction, keepAxes, root: false);

    /// <summary>The standard deviation along axes, or of all values: the square root of <see cref="Var"/>, whose gradient is 0 where it is 0.
    /// PyTorch: <c>std(dim, correction)</c>.</summary>
    /// <inheritdoc cref="Var"/>
    public Tensor Std(ReadOnlySpan<int> axes = default, double correction = 1, bool keepAxes = false) =>
        VarianceOperation.Run(this, new ReducedAxes(nameof(Std), this, axes), correction, keepAxes, root: true);

    /// <summary>The p-norm along axes, or of all values: (sum of |x|^p)^(1 / p); the largest |x| for infinity, the smallest for minus
    /// infinity, the number of values other than 0 for 0. PyTorch: <c>torch.linalg.vector_norm</c>.</summary>
    /// <param name="p">The power.</param>
    /// <param name="axes">The axes; none for all of them.</param>
    /// <param name="keepAxes">Whether the axes stay, with the size 1. PyTorch: <c>keepdim</c>.</param>
    /// <exception cref="ArgumentException">An axis that is not there or is named twice, a p that is not a number, or no values where p is
    /// negative or infinite.</exception>
    public Tensor Norm(double p = 2, ReadOnlySpan<int> axes = default, bool keepAxes = false) =>
        NormOperation.Run(this, new ReducedAxes(nameof(Norm), this, axes), p, keepAxes);

    /// <summary>ln of the sum of exp(x) along axes, or of all values, without overflow. PyTorch: <c>logsumexp(dim)</c>.</summary>
    /// <inheritdoc cref="Sum(ReadOnlySpan{int}, bool)"/>
    public Tensor LogSumExp(ReadOnlySpan<int> axes = default, bool keepAxes = false) =>
        LogSumExpOperation.Run(this, new ReducedAxes(nameof(LogSumExp), this, axes), keepAxes);
}
