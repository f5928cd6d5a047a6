using Ballast.Kernels;

namespace Ballast;

/// <summary>A convolution whose weight is standardized before each use: for each output channel k the C / groups kernel kernel
/// values w[k] are brought to mean 0 and variance 1, (w - mean) / sqrt(var + eps), and the gradient goes through that. It keeps
/// a group normalization behind it as good as a batch normalization with small batches. Qiao et al. 2019, "Micro-batch
/// training with batch-channel normalization and weight standardization"; timm: <c>StdConv2d</c>.</summary>
/// <remarks>
/// <para>As timm's: var divides by the number of values, and eps, 1e-6, is added to it under the root. (The authors' own code
/// divides by a number less one, and adds 1e-5 to the root.) The parameters, their keys and initial values are those of
/// <see cref="Conv2d"/>: the state keeps the weight as it is before it is standardized.</para>
/// <para>For inference <see cref="ToConv2d"/> and <see cref="Folding"/> make a plain convolution of it.</para>
/// </remarks>
public sealed class WeightStandardizedConv2d : Conv2d
{
    readonly RowLayout layout;

    /// <summary>Makes the layer and draws its initial weights as <see cref="Conv2d"/> does.</summary>
    /// <param name="inChannels">C, the channels of the input.</param>
    /// <param name="outChannels">K, the channels of the output.</param>
    /// <param name="kernelSize">The rows and columns of the kernel.</param>
    /// <param name="stride">Pixels from one place of the kernel to the next.</param>
    /// <param name="padding">Pixels of zeros on each side of the input.</param>
    /// <param name="dilation">Pixels from one value under the kernel to the next.</param>
    /// <param name="groups">The parts that the channels are cut into.</param>
    /// <param name="bias">Whether a value is added to each output channel. Right before a normalization it has no effect.</param>
    /// <param name="eps">Added to the variance of the weight.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null.</param>
    /// <exception cref="ArgumentException">What <see cref="Conv2d"/> refuses, one value for each output channel, which has no
    /// variance, or an eps that is negative or not finite.</exception>
    public WeightStandardizedConv2d(
        int inChannels, int outChannels, PerAxis kernelSize, PerAxis? stride = null, ConvPadding padding = default, PerAxis? dilation = null,
        int groups = 1, bool bias = true, double eps = 1e-6, Generator? generator = null)
        : base(inChannels, outChannels, kernelSize, stride, padding, dilation, groups, bias, generator: generator)
    {
        layout = new RowLayout(outChannels, 1, Weight.Length / outChannels);
        Throw.Unless(layout.Channels > 1,
            $"WeightStandardizedConv2d: each output channel has 1 weight, which has no variance. Use a larger kernel, fewer groups, or Conv2d.");
        NormalizationChecks.Eps("WeightStandardizedConv2d", eps);
        Eps = eps;
    }

    /// <summary>Added to the variance of the weight.</summary>
    public double Eps { get; }

    /// <summary>A plain convolution with the standardized weight: the same outputs, and nothing left to compute for each.
    /// </summary>
    public Conv2d ToConv2d() => ToPlain(bias: false);

    /// <inheritdoc/>
    private protected override Tensor Kernel(Tensor weight) => RowNormalizationOperation.Run(
        weight, null, null, layout, centered: true, Eps);
}
