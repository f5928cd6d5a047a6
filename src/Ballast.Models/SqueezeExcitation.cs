namespace Ballast;

/// <summary>x scaled by a number for each channel, which is found from the means of all channels: scale(W2 activation(W1 mean(x) + b1) + b2) x.
/// From [N, C, H, W] to the same. Hu et al. 2018, figure 2. PyTorch: <c>torchvision.ops.SqueezeExcitation</c>, with its state keys <c>fc1</c>
/// and <c>fc2</c>.</summary>
public sealed class SqueezeExcitation : Module
{
    readonly Sequential chain;

    /// <summary>Makes the module and draws its initial weights.</summary>
    /// <param name="channels">C, the channels of the input.</param>
    /// <param name="squeezed">The channels between the two products.</param>
    /// <param name="activation">The function between the two products; ReLU when null.</param>
    /// <param name="scale">The function behind them; sigmoid when null.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null.</param>
    /// <exception cref="ArgumentException">A size below 1.</exception>
    public SqueezeExcitation(int channels, int squeezed, Module? activation = null, Module? scale = null, Generator? generator = null) =>
        chain = RegisterChain(
            ("avgpool", new AdaptiveAvgPool2d(1)),
            ("fc1", new Conv2d(channels, squeezed, 1, generator: generator)),
            ("activation", activation ?? new ReLU()),
            ("fc2", new Conv2d(squeezed, channels, 1, generator: generator)),
            ("scale_activation", scale ?? new Sigmoid()));

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => chain.Forward(input) * input;
}
