using Ballast.Kernels;

namespace Ballast;

/// <summary>Deferred convolution, where no gradients are recorded: an addition and a function after it join it as its epilogue, and each
/// value is written once.</summary>
/// <param name="input">What the convolution reads, in memory or a normalization.</param>
/// <param name="weight">w, held: whoever changes the parameter moves it to other memory.</param>
/// <param name="bias">b, or null.</param>
/// <param name="prepared">The weight as <see cref="Convolution.Prepare"/> left it, or null.</param>
/// <param name="added">What is added to the result, or null.</param>
/// <param name="shape">The sizes.</param>
/// <param name="function">The function that follows, or null.</param>
sealed unsafe class DeferredConvolution(
    Values input, Buffer weight, Buffer? bias, Buffer? prepared, Buffer? added, in ConvolutionShape shape, Pointwise? function = null)
    : DeferredChannels
{
    readonly ConvolutionShape shape = shape;

    /// <inheritdoc/>
    public override ChannelLayout Layout => shape.Output;

    /// <summary>Any function: no gradient is asked for.</summary>
    public override Deferred? Then(Pointwise next, bool recorded) =>
        function is null && !IsComputed ? With(added?.Hold(), next) : null;

    /// <summary>One summand, before a function.</summary>
    public override bool TakesSummand => added is null && function is null && !IsComputed;

    /// <inheritdoc/>
    public override Deferred Plus(Buffer other) => With(other, null);

    DeferredConvolution With(Buffer? more, Pointwise? next) =>
        new(input.Hold(), weight.Hold(), bias?.Hold(), prepared?.Hold(), more, shape, next);

    /// <inheritdoc/>
    protected override Buffer ComputeInOrder()
    {
        var x = ImagePrologues.Open(input, shape.Input);
        int length = shape.K * shape.Depth;
        var result = Buffer.Rent(Layout.Length);
        fixed (float* y = result.Span(Layout.Length), w = weight.Span(length), b = bias is null ? default : bias.Span(shape.K))
        fixed (float* ready = prepared is null ? default : prepared.Span(prepared.Capacity))
        fixed (float* more = added is null ? default : added.Span(shape.Output.Length))
            Convolution.Forward(shape, x, w, b, y, new Epilogue { Added = more, Function = function }, ready);
        return result;
    }

    /// <inheritdoc/>
    protected override void ReleaseOperands()
    {
        input.Release();
        weight.Release();
        bias?.Release();
        prepared?.Release();
        added?.Release();
    }
}
