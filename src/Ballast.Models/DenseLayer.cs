namespace Ballast;

/// <summary>A layer of a <see cref="DenseBlock"/>: normalization, ReLU and a 1 x 1 convolution to few channels, then the same with a
/// 3 x 3 convolution to the channels that are added. From [N, C, H, W] to [N, growth, H, W]. PyTorch: torchvision's <c>_DenseLayer</c>, with
/// its state keys <c>norm1</c>, <c>conv1</c>, <c>norm2</c>, <c>conv2</c>.</summary>
public sealed class DenseLayer : Module
{
    readonly Sequential chain;

    /// <summary>Makes the layer and draws its initial weights.</summary>
    /// <param name="inChannels">The channels of the input.</param>
    /// <param name="growth">The channels of the output.</param>
    /// <param name="bottleneck">The channels between the convolutions to one of the output.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null.</param>
    /// <exception cref="ArgumentException">A size below 1.</exception>
    public DenseLayer(int inChannels, int growth, int bottleneck = 4, Generator? generator = null) =>
        chain = RegisterChain(
            ("norm1", new BatchNorm2d(inChannels)),
            ("relu1", new ReLU()),
            ("conv1", new Conv2d(inChannels, bottleneck * growth, 1, bias: false, generator: generator)),
            ("norm2", new BatchNorm2d(bottleneck * growth)),
            ("relu2", new ReLU()),
            ("conv2", new Conv2d(bottleneck * growth, growth, 3, padding: 1, bias: false, generator: generator)));

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => chain.Forward(input);
}
