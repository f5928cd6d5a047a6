namespace Ballast;

/// <summary>A block of <see cref="AirBench"/>: convolution, max pool, batch normalization, GELU, convolution, batch
/// normalization, GELU; from [N, C, H, W] to [N, K, H / 2, W / 2]. The convolutions begin as the identity as far as their
/// channels go; the normalizations have frozen scales of 1, an epsilon of 1e-12 and a momentum of 0.4. Jordan 2024,
/// section 3.</summary>
public sealed class AirBenchBlock : Module
{
    readonly Sequential chain;

    /// <summary>Makes the block and draws its initial weights.</summary>
    /// <param name="inChannels">C, the channels of the input.</param>
    /// <param name="outChannels">K, the channels of the output.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null.</param>
    /// <param name="norm">What normalizes; batch normalization before the activations when null.</param>
    /// <exception cref="ArgumentException">A size below 1.</exception>
    public AirBenchBlock(int inChannels, int outChannels, Generator? generator = null, NormLayer? norm = null)
    {
        norm ??= NormLayer.Published;
        chain = RegisterChain([
            ("conv1", Convolution(inChannels, outChannels, generator)),
            ("pool", new MaxPool2d(2)),
            .. norm.Around("norm1", norm.For(outChannels, Normalization), "gelu1", new GELU()),
            ("conv2", Convolution(outChannels, outChannels, generator)),
            .. norm.Around("norm2", norm.For(outChannels, Normalization), "gelu2", new GELU())]);
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => chain.Forward(input);

    static Conv2d Convolution(int inChannels, int outChannels, Generator? generator)
    {
        var convolution = new Conv2d(inChannels, outChannels, 3, padding: 1, bias: false, generator: generator);
        Initializers.Dirac(convolution.Weight);
        return convolution;
    }

    static BatchNorm2d Normalization(int channels)
    {
        var normalization = new BatchNorm2d(channels, eps: 1e-12, momentum: 0.4);
        normalization.Weight!.Frozen = true;
        return normalization;
    }
}
