namespace Ballast;

/// <summary>A <see cref="ConvTranspose2d"/> whose channels are those of its first input. PyTorch: <c>nn.LazyConvTranspose2d</c>.</summary>
/// <param name="outChannels">K, the channels of the output.</param>
/// <param name="kernelSize">The positions of the kernel.</param>
/// <param name="stride">Positions of the output from one value's kernel to the next one's.</param>
/// <param name="padding">Positions that are left out on each side of the output.</param>
/// <param name="outputPadding">Positions that are added at the end of the output.</param>
/// <param name="groups">The parts that the channels are cut into.</param>
/// <param name="bias">Whether a value is added to each output channel.</param>
/// <param name="dilation">Positions from one value of the kernel to the next.</param>
/// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null.</param>
public sealed class LazyConvTranspose2d(
    int outChannels, PerAxis kernelSize, PerAxis? stride = null, PerAxis padding = default, PerAxis outputPadding = default, int groups = 1,
    bool bias = true, PerAxis? dilation = null, Generator? generator = null) : LazyModule
{
    private protected override Module Make(Shape input) => new ConvTranspose2d(
        Channels(input, 2), outChannels, kernelSize, stride, padding, outputPadding, groups, bias, dilation, generator);

    private protected override string Settings =>
        Convolution(2, outChannels, kernelSize, stride, padding, dilation, groups, bias, outputPadding: outputPadding);
}
