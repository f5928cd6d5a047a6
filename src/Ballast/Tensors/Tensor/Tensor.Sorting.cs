using Ballast.Kernels;

namespace Ballast;

/// <content>Values in order. Equal ones stay in the order of their positions; what is not a number is larger than all numbers.</content>
public partial class Tensor
{
    /// <summary>The values along an axis in order, and their positions, int64: <c>var (values, indices) = x.Sort()</c>. PyTorch:
    /// <c>sort(dim, descending, stable=True)</c>.</summary>
    /// <param name="axis">The axis.</param>
    /// <param name="descending">From the largest on.</param>
    /// <exception cref="ArgumentException">There is no such axis.</exception>
    public (Tensor Values, Tensor Indices) Sort(int axis = -1, bool descending = false)
    {
        axis = Axis(nameof(Sort), axis);
        return Ranked(axis, Shape[axis], descending);
    }

    /// <summary>The positions that put the values along an axis in order: int64. It has no gradient. PyTorch: <c>argsort(dim)</c>.</summary>
    /// <inheritdoc cref="Sort"/>
    public Tensor ArgSort(int axis = -1, bool descending = false) => Sort(axis, descending).Indices;

    /// <summary>The <paramref name="k"/> largest values along an axis, from the largest on, and their positions, int64. PyTorch:
    /// <c>topk(k, dim, largest)</c>.</summary>
    /// <param name="k">How many.</param>
    /// <param name="axis">The axis.</param>
    /// <param name="largest">Whether the largest are wanted; else the smallest, from the smallest on.</param>
    /// <exception cref="ArgumentException">There is no such axis, or it has fewer values.</exception>
    public (Tensor Values, Tensor Indices) TopK(int k, int axis = -1, bool largest = true)
    {
        axis = Axis(nameof(TopK), axis);
        Throw.Unless(k >= 0 && k <= Shape[axis], $"TopK: expected a number from 0 to {Shape[axis]}, which axis {axis} of {Shape} has, got {k}.");
        return Ranked(axis, k, largest);
    }

    (Tensor Values, Tensor Indices) Ranked(int axis, int count, bool descending) => Backend.Current is { } other
        ? Pair(other, "topk", ("axis", axis), ("k", count), ("descending", descending))
        : ChosenOperation.Run(this, axis, count, (x, values, positions, shape) =>
            LineRanks.Sort(x, values, positions, shape, count, descending));

    /// <summary>The sums of the beginnings of an axis: y[i] = x[0] + ... + x[i]. PyTorch: <c>cumsum(dim)</c>.</summary>
    /// <exception cref="ArgumentException">There is no such axis.</exception>
    public Tensor CumSum(int axis) => CumulativeSumOperation.Run(this, Axis(nameof(CumSum), axis));

    /// <summary>The products of the beginnings of an axis: y[i] = x[0] times ... times x[i]. PyTorch: <c>cumprod(dim)</c>.</summary>
    /// <exception cref="ArgumentException">There is no such axis.</exception>
    public Tensor CumProd(int axis) => CumulativeProductOperation.Run(this, Axis(nameof(CumProd), axis));
}
