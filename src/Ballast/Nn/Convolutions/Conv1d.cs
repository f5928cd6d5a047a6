namespace Ballast;

/// <summary>The convolution of sequences, from [N, C, L] to [N, K, L'] with 
/// L' = floor((L + 2 padding - dilation (kernel - 1) - 1) / stride) + 1:
/// y[n, k] = bias[k] + sum over c of w[k, c] * x[n, c]. PyTorch: <c>nn.Conv1d</c>, with its initial values.</summary>
public class Conv1d : ConvNd
{
    /// <summary>Makes the layer and draws its initial weights: uniform on +-1 / sqrt(C / groups kernel), weight first, then bias.</summary>
    /// <param name="inChannels">C, the channels of the input.</param>
    /// <param name="outChannels">K, the channels of the output.</param>
    /// <param name="kernelSize">The positions of the kernel.</param>
    /// <param name="stride">Positions from one place of the kernel to the next.</param>
    /// <param name="padding">Positions put on each side of the input, or <c>"same"</c>.</param>
    /// <param name="dilation">Positions from one value under the kernel to the next.</param>
    /// <param name="groups">The parts that the channels are cut into.</param>
    /// <param name="bias">Whether a value is added to each output channel.</param>
    /// <param name="paddingMode">What is put there: zeros with <see cref="PadMode.Constant"/>.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null.</param>
    /// <exception cref="ArgumentException">A size below 1, a negative padding, groups that do not divide both numbers of
    /// channels, or <c>"same"</c> with a stride.</exception>
    public Conv1d(
        int inChannels, int outChannels, PerAxis kernelSize, PerAxis? stride = null, ConvPadding padding = default, PerAxis? dilation = null,
        int groups = 1, bool bias = true, PadMode paddingMode = PadMode.Constant, Generator? generator = null)
        : base(1, inChannels, outChannels, kernelSize, stride ?? 1, padding, dilation ?? 1, groups, bias, paddingMode, generator)
    {
    }
}
