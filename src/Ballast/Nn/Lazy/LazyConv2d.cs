namespace Ballast;

/// <summary>A <see cref="Conv2d"/> whose channels are those of its first input. PyTorch: <c>nn.LazyConv2d</c>.</summary>
/// <param name="outChannels">K, the channels of the output.</param>
/// <param name="kernelSize">The positions of the kernel.</param>
/// <param name="stride">Positions from one place of the kernel to the next.</param>
/// <param name="padding">Positions put on each side of the input.</param>
/// <param name="dilation">Positions from one value under the kernel to the next.</param>
/// <param name="groups">The parts that the channels are cut into.</param>
/// <param name="bias">Whether a value is added to each output channel.</param>
/// <param name="paddingMode">What is put there.</param>
/// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null.</param>
public sealed class LazyConv2d(
    int outChannels, PerAxis kernelSize, PerAxis? stride = null, ConvPadding padding = default, PerAxis? dilation = null, int groups = 1,
    bool bias = true, PadMode paddingMode = PadMode.Constant, Generator? generator = null) : LazyModule
{
    private protected override Module Make(Shape input) => new Conv2d(
        Channels(input, 2), outChannels, kernelSize, stride, padding, dilation, groups, bias, paddingMode, generator);

    private protected override string Settings => Convolution(2, outChannels, kernelSize, stride, padding, dilation, groups, bias, paddingMode);
}
