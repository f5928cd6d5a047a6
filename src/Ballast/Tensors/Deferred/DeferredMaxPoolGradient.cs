using Ballast.Kernels;

namespace Ballast;

/// <summary>Deferred max-pool gradient: the gradient of a max pool's input, as the gradient of its result and the input in which each
/// window's largest value is looked up. A normalization before the pool takes it so, and the larger one is never written.</summary>
/// <param name="dy">The gradient of the result: [N, OutH, OutW, C].</param>
/// <param name="input">The input, which opens for a kernel.</param>
/// <param name="shape">The pool's sizes.</param>
sealed unsafe class DeferredMaxPoolGradient(Buffer dy, Values input, in PoolShape shape) : DeferredChannels
{
    readonly PoolShape shape = shape;

    /// <inheritdoc/>
    public override ChannelLayout Layout => shape.Input;

    /// <inheritdoc/>
    public override bool TryPooled(out PooledGradient gradient)
    {
        gradient = IsComputed ? default : new PooledGradient(dy, shape);
        return !IsComputed;
    }

    /// <summary>Over the pool's input, where that is nobody's any more and windows do not overlap.</summary>
    protected override Buffer ComputeInOrder()
    {
        int length = shape.Input.Length;
        var result = Place.For(length, shape.Overlaps ? null : input.Recipe?.Exclusive);
        fixed (float* from = dy.Span(shape.Output.Length), to = result.Span(length))
            MaxPooling.Backward(shape, ImagePrologues.Open(input, shape.Input), from, to);
        GC.KeepAlive(input.Recipe);
        return result;
    }

    /// <inheritdoc/>
    protected override void ReleaseOperands()
    {
        dy.Release();
        input.Release();
    }
}
