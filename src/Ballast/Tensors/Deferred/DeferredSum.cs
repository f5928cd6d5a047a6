using Ballast.Kernels;

namespace Ballast;

/// <summary>Deferred add: the sum of two tensors with channels last, each as it lies or still a normalization, then perhaps a function:
/// the end of a residual block, made in one pass over memory when the next convolution reads it.</summary>
/// <param name="left">The first summand: in memory or a normalization.</param>
/// <param name="right">The second summand.</param>
/// <param name="layout">Where the channels lie.</param>
/// <param name="recorded">Whether a backward pass may come, which asks for the summands again.</param>
/// <param name="function">The function that follows, or null.</param>
sealed unsafe class DeferredSum(Values left, Values right, ChannelLayout layout, bool recorded, Pointwise? function = null)
    : DeferredChannels
{
    /// <inheritdoc/>
    public override ChannelLayout Layout => layout;

    /// <summary>The summands are needed where the gradient is computed from them, not where it is computed from the result.</summary>
    protected override bool KeepsOperands => recorded && function is { KeepsResult: false };

    /// <summary>The sum of two tensors.</summary>
    public static DeferredSum Of(Tensor x, Tensor y, ChannelLayout layout, bool recorded) =>
        new(ImagePrologues.Hold(x, layout), ImagePrologues.Hold(y, layout), layout, recorded);

    /// <summary>A function whose gradient can be computed from its input; any where no gradient is recorded.</summary>
    public override Deferred? Then(Pointwise next, bool alsoRecorded) => function is null && !IsComputed && (next.TakesInput || !recorded)
        ? new DeferredSum(left.Hold(), right.Hold(), layout, recorded, next) : null;

    /// <summary>From the result if the function keeps that; else the sum is made again, block by block.</summary>
    public override Values Back(Values gradient)
    {
        int length = layout.Length;
        var order = new MemoryOrder(layout);
        if (function!.KeepsResult)
        {
            var flat = Ballast.Layout.RowMajor([length]);
            Operand result = new(HoldInOrder(), flat), given = new(order.Read(gradient, length), flat);
            var passed = Loops.MapGradient(function, result, given);
            result.Release();
            return order.Values(passed.Buffer!);
        }

        var dx = order.ReadExclusive(gradient, length);
        fixed (float* to = dx.Span(length))
        {
            ResidualSums.Gradient(
                ImagePrologues.Open(left, layout), ImagePrologues.Open(right, layout), function, layout.PerChannel, to);
        }

        return order.Values(dx);
    }

    /// <inheritdoc/>
    protected override Buffer ComputeInOrder()
    {
        var result = Buffer.Rent(layout.Length);
        fixed (float* to = result.Span(layout.Length))
        {
            ResidualSums.Compute(
                ImagePrologues.Open(left, layout), ImagePrologues.Open(right, layout), function, layout.PerChannel, to);
        }

        return result;
    }

    /// <inheritdoc/>
    protected override void ReleaseOperands()
    {
        left.Release();
        right.Release();
    }
}
