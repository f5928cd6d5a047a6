namespace Ballast;

/// <summary>The largest value of each window of a channel of images, where windows lie at places that are drawn for each channel of each image, so
/// that the output has any size: from [N, C, H, W] to [N, C, H', W']. Graham 2014. PyTorch: <c>nn.FractionalMaxPool2d</c>, with its draws.
/// </summary>
public sealed class FractionalMaxPool2d : Module
{
    /// <summary>Makes the layer.</summary>
    /// <param name="kernelSize">The rows and columns of the window.</param>
    /// <param name="outputSize">The rows and columns of the output; null where the ratio is given.</param>
    /// <param name="outputRatio">The output's size as a part of the input's, between 0 and 1; null where the size is given.</param>
    /// <param name="generator">Where the draws come from; <see cref="Generator.Default"/> when null.</param>
    /// <exception cref="ArgumentException">Both or neither of size and ratio, a size below 1, or a ratio outside 0 to 1.</exception>
    public FractionalMaxPool2d(PerAxis kernelSize, PerAxis? outputSize = null, double? outputRatio = null, Generator? generator = null)
    {
        Throw.Unless(outputSize is null != outputRatio is null,
            $"FractionalMaxPool2d: expected either an output size or an output ratio, got {(outputSize is null ? "neither" : "both")}.");
        Throw.Unless(outputRatio is null or > 0 and < 1, $"FractionalMaxPool2d: expected a ratio between 0 and 1, got {outputRatio}.");
        Throw.Unless(kernelSize.Fits(2, 1) && (outputSize is null || outputSize.Value.Fits(2, 1)),
            $"FractionalMaxPool2d: expected a kernel and an output size of at least 1, got {kernelSize} and {outputSize}.");
        (KernelSize, OutputSize, OutputRatio) = (kernelSize, outputSize, outputRatio);
        if (generator is not null)
            Generator = Register("generator", generator);
    }

    /// <summary>The rows and columns of the window.</summary>
    public PerAxis KernelSize { get; }

    /// <summary>The rows and columns of the output, or null.</summary>
    public PerAxis? OutputSize { get; }

    /// <summary>The output's size as a part of the input's, or null.</summary>
    public double? OutputRatio { get; }

    Generator? Generator { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Not images, or images in which as many windows find no place.</exception>
    public override Tensor Forward(Tensor input) => ForwardWithIndices(input).Output;

    /// <inheritdoc cref="MaxPoolNd.ForwardWithIndices"/>
    public (Tensor Output, Tensor Indices) ForwardWithIndices(Tensor input) =>
        Functional.FractionalMaxPool2dWithIndices(input, KernelSize, OutputSize, OutputRatio, Generator);

    /// <inheritdoc/>
    protected internal override string? ExtraRepr => "";

    /// <inheritdoc/>
    public override string ToString() => $"FractionalMaxPool2d({KernelSize}, " + (OutputSize is { } size
        ? $"outputSize: {size})" : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"outputRatio: {OutputRatio})"));
}
