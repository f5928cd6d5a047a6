namespace Ballast;

/// <summary>The transposed convolution of volumes, from [N, C, D, H, W] to [N, K, D', H', W']: each value puts its multiple of the kernel into the
/// output, so that an axis of L has (L - 1) stride - 2 padding + dilation (kernel - 1) + outputPadding + 1 positions there. It is the gradient of a
/// <see cref="Conv3d"/> for its input. PyTorch: <c>nn.ConvTranspose3d</c>, with its initial values.</summary>
public sealed class ConvTranspose3d : ConvTransposeNd
{
    /// <summary>Makes the layer and draws its initial weights: uniform on +-1 / sqrt(K / groups kernel), weight first, then bias.</summary>
    /// <param name="inChannels">C, the channels of the input.</param>
    /// <param name="outChannels">K, the channels of the output.</param>
    /// <param name="kernelSize">The planes, rows and columns of the kernel: <c>3</c>, or <c>(3, 5, 5)</c>.</param>
    /// <param name="stride">Positions of the output from one value's kernel to the next one's.</param>
    /// <param name="padding">Positions that are left out on each side of the output.</param>
    /// <param name="outputPadding">Positions that are added at the end of the output, fewer than the stride or the dilation.</param>
    /// <param name="groups">The parts that the channels are cut into.</param>
    /// <param name="bias">Whether a value is added to each output channel.</param>
    /// <param name="dilation">Positions from one value of the kernel to the next.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null.</param>
    /// <exception cref="ArgumentException">A size below 1, a negative padding, an output padding that is too large, or groups that do not
    /// divide both numbers of channels.</exception>
    public ConvTranspose3d(
        int inChannels, int outChannels, PerAxis kernelSize, PerAxis? stride = null, PerAxis padding = default, PerAxis outputPadding = default,
        int groups = 1, bool bias = true, PerAxis? dilation = null, Generator? generator = null)
        : base(3, inChannels, outChannels, kernelSize, stride ?? 1, padding, outputPadding, groups, bias, dilation ?? 1, generator)
    {
    }
}
