namespace Ballast;

/// <summary>relu(body(x) + shortcut(x)): a 1 x 1 convolution to few channels, a 3 x 3 convolution, which takes the stride, and a 1 x 1
/// convolution to four times the channels, each with batch normalization; the shortcut is x itself, or where the shape changes a
/// 1 x 1 convolution with batch normalization. From [N, C, H, W] to [N, 4 K, H / stride, W / stride]. He et al. 2015, figure 5.
/// PyTorch: torchvision's <c>Bottleneck</c>, with its state keys <c>conv1</c>, <c>bn1</c>, ..., <c>bn3</c>, <c>downsample.0</c> and
/// <c>downsample.1</c>.</summary>
public sealed class Bottleneck : Module
{
    /// <summary>The channels of the output to one of <c>planes</c>.</summary>
    public const int Expansion = 4;

    readonly Sequential body;
    readonly Sequential? downsample;

    /// <summary>Makes the block and draws its initial weights, the shortcut's first.</summary>
    /// <param name="inChannels">C, the channels of the input.</param>
    /// <param name="planes">K, a quarter of the channels of the output.</param>
    /// <param name="stride">Pixels from one place of the 3 x 3 kernel to the next.</param>
    /// <param name="groups">Into how many groups the channels of the 3 x 3 convolution are divided.</param>
    /// <param name="widthPerGroup">The channels of a group, were K 64; in proportion otherwise.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null.</param>
    /// <exception cref="ArgumentException">A size below 1.</exception>
    public Bottleneck(int inChannels, int planes, int stride = 1, int groups = 1, int widthPerGroup = 64, Generator? generator = null)
    {
        int width = planes * widthPerGroup / 64 * groups, outChannels = planes * Expansion;
        var shortcut = stride == 1 && inChannels == outChannels
            ? null : new Sequential(
                new Conv2d(inChannels, outChannels, 1, stride, bias: false, generator: generator), new BatchNorm2d(outChannels));
        body = RegisterChain(
            ("conv1", new Conv2d(inChannels, width, 1, bias: false, generator: generator)),
            ("bn1", new BatchNorm2d(width)),
            ("relu", new ReLU()),
            ("conv2", new Conv2d(width, width, 3, stride, padding: 1, groups: groups, bias: false, generator: generator)),
            ("bn2", new BatchNorm2d(width)),
            ("relu2", new ReLU()),
            ("conv3", new Conv2d(width, outChannels, 1, bias: false, generator: generator)),
            ("bn3", new BatchNorm2d(outChannels)));
        if (shortcut is not null)
            downsample = Register("downsample", shortcut);
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => (body.Forward(input) + (downsample?.Forward(input) ?? input)).Relu();
}
