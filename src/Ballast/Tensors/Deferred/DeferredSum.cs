using Ballast.Kernels;

namespace Ballast;

/// <summary>The sum of two tensors with channels last, each as it lies or still a normalization, with a ReLU behind it or not: the
/// end of a residual block, made in one pass over memory when the next convolution reads it.</summary>
/// <param name="left">The first summand: in memory or a normalization.</param>
/// <param name="right">The second summand.</param>
/// <param name="layout">Where the channels lie.</param>
/// <param name="relu">Whether a ReLU follows.</param>
/// <param name="recorded">Whether a backward pass may come, which asks what was normalized.</param>
sealed unsafe class ResidualSum(Values left, Values right, ChannelLayout layout, bool relu, bool recorded) : ComputedOnce
{
    /// <inheritdoc/>
    public override ChannelLayout Layout => layout;

    /// <summary>Whether a ReLU follows.</summary>
    public bool HasRelu => relu;

    /// <inheritdoc/>
    protected override bool KeepsOperands => recorded;

    /// <summary>The sum of two tensors as a recipe.</summary>
    public static ResidualSum Of(Tensor x, Tensor y, ChannelLayout layout, bool recorded) =>
        new(ImageValues.Hold(x, layout), ImageValues.Hold(y, layout), layout, relu: false, recorded);

    /// <summary>A ReLU.</summary>
    public override Deferred? Then(Pointwise function, bool alsoRecorded) => function == Pointwise.Relu && !relu && !IsComputed
        ? new ResidualSum(left.Hold(), right.Hold(), layout, relu: true, recorded) : null;

    /// <inheritdoc/>
    protected override void Compute(Span<float> destination)
    {
        fixed (float* to = destination)
            ResidualSums.Compute(ImageValues.Open(left, layout), ImageValues.Open(right, layout), relu, layout.PerChannel, to);
    }

    /// <inheritdoc/>
    protected override void ReleaseOperands()
    {
        left.Release();
        right.Release();
    }
}
