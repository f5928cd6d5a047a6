namespace Ballast;

/// <summary>The convolution of volumes, from [N, C, D, H, W] to [N, K, D', H', W'] with 
/// D' = floor((D + 2 padding - dilation (kernel - 1) - 1) / stride) + 1, H' and W' likewise:
/// y[n, k] = bias[k] + sum over c of w[k, c] * x[n, c]. PyTorch: <c>nn.Conv3d</c>, with its initial values.</summary>
public class Conv3d : ConvNd
{
    /// <summary>Makes the layer and draws its initial weights: uniform on +-1 / sqrt(C / groups kernel), weight first, then bias.</summary>
    /// <param name="inChannels">C, the channels of the input.</param>
    /// <param name="outChannels">K, the channels of the output.</param>
    /// <param name="kernelSize">The planes, rows and columns of the kernel: <c>3</c>, or <c>(3, 5, 5)</c>.</param>
    /// <param name="stride">Positions from one place of the kernel to the next.</param>
    /// <param name="padding">Positions put on each side of the input, or <c>"same"</c>.</param>
    /// <param name="dilation">Positions from one value under the kernel to the next.</param>
    /// <param name="groups">The parts that the channels are cut into.</param>
    /// <param name="bias">Whether a value is added to each output channel.</param>
    /// <param name="paddingMode">What is put there: zeros with <see cref="PadMode.Constant"/>.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null.</param>
    /// <exception cref="ArgumentException">A size below 1, a negative padding, groups that do not divide both numbers of
    /// channels, or <c>"same"</c> with a stride.</exception>
    public Conv3d(
        int inChannels, int outChannels, PerAxis kernelSize, PerAxis? stride = null, ConvPadding padding = default, PerAxis? dilation = null,
        int groups = 1, bool bias = true, PadMode paddingMode = PadMode.Constant, Generator? generator = null)
        : base(3, inChannels, outChannels, kernelSize, stride ?? 1, padding, dilation ?? 1, groups, bias, paddingMode, generator)
    {
    }
}
