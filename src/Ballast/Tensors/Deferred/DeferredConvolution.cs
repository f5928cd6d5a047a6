using Ballast.Kernels;

namespace Ballast;

/// <summary>The result of a convolution where no gradients are recorded, not yet computed: an addition and a ReLU behind it join
/// it, and each value is written once.</summary>
/// <param name="input">What the convolution reads, in memory or a normalization.</param>
/// <param name="weight">w, held: whoever changes the parameter moves it to other memory.</param>
/// <param name="bias">b, or null.</param>
/// <param name="prepared">The weight as <see cref="Convolution.Prepare"/> left it, or null.</param>
/// <param name="added">What is added to the result, or null.</param>
/// <param name="shape">The sizes.</param>
/// <param name="relu">Whether a ReLU follows.</param>
sealed unsafe class DeferredConvolution(
    Values input, Buffer weight, Buffer? bias, Buffer? prepared, Buffer? added, in ConvolutionShape shape, bool relu)
    : ComputedOnce
{
    readonly ConvolutionShape shape = shape;

    /// <inheritdoc/>
    public override ChannelLayout Layout => shape.Output;

    /// <summary>A ReLU.</summary>
    public override Deferred? Then(Pointwise function, bool recorded) =>
        function == Pointwise.Relu && !relu && !IsComputed ? With(added?.Hold(), relu: true) : null;

    /// <summary>One summand, before a ReLU.</summary>
    public override Deferred? Plus(Tensor other) =>
        added is null && !relu && !IsComputed ? With(ChannelsLast.Hold(other, Layout), relu: false) : null;

    DeferredConvolution With(Buffer? more, bool relu) =>
        new(input.Hold(), weight.Hold(), bias?.Hold(), prepared?.Hold(), more, shape, relu);

    /// <inheritdoc/>
    protected override void Compute(Span<float> destination)
    {
        var x = ImageValues.Open(input, shape.Input);
        int length = shape.K * shape.Depth;
        fixed (float* y = destination, w = weight.Span(length), b = bias is null ? default : bias.Span(shape.K))
        fixed (float* ready = prepared is null ? default : prepared.Span(prepared.Capacity))
        fixed (float* more = added is null ? default : added.Span(shape.Output.Length))
        {
            Convolution.Forward(shape, x, w, b, y, new Epilogue { Added = more, Function = relu ? Pointwise.Relu : null }, ready);
        }
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
