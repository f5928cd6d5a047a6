using Ballast.Kernels;

namespace Ballast;

/// <summary>A pool with its sizes for an input [N, C, ...], or [C, ...], which is a batch of one whose axis N is left out again.</summary>
/// <param name="Sizes">The sizes for the batch.</param>
/// <param name="Axes">1 for sequences, 2 for images, 3 for volumes.</param>
readonly record struct FittedPool(PoolShape Sizes, int Axes)
{
    /// <summary>The largest value of each window.</summary>
    public Tensor Max(Tensor input) =>
        IsSingle(input.Shape) ? MaxPoolOperation.Run(input.Unsqueeze(0), Sizes).Squeeze(0) : MaxPoolOperation.Run(input, Sizes);

    /// <summary>The same, and where each value lies in its channel, row-major, as int64.</summary>
    public (Tensor Output, Tensor Indices) MaxWithIndices(Tensor input)
    {
        bool single = IsSingle(input.Shape);
        var batch = single ? input.Unsqueeze(0) : input;
        Tensor output = MaxPoolOperation.Run(batch, Sizes), indices = MaxPoolOperation.Indices(batch, Sizes);
        return single ? (output.Squeeze(0), indices.Squeeze(0)) : (output, indices);
    }

    /// <summary>The mean of each window.</summary>
    public Tensor Average(Tensor input, PoolDivisor divisor) => IsSingle(input.Shape)
        ? AveragePoolOperation.Run(input.Unsqueeze(0), Sizes, divisor).Squeeze(0) : AveragePoolOperation.Run(input, Sizes, divisor);

    /// <summary>The shape of the result for an input of a shape.</summary>
    public Shape Output(Shape input)
    {
        var output = PoolSizes.Output(Sizes, Axes + 2);
        return IsSingle(input) ? new Shape(output.ToArray().AsSpan(1)) : output;
    }

    bool IsSingle(Shape input) => input.Rank == Axes + 1;
}
