namespace Ballast;

/// <summary>A small network of inverted residuals: a 1 x 1 convolution to six times the channels, a 3 x 3 one of each channel by itself, and a
/// 1 x 1 one back to few channels without an activation, with the input added where the shape is the same. From [N, C, H, W] to [N, classes],
/// the image at a thirty-second of its size in the end. Sandler et al. 2018, table 2. PyTorch: <c>torchvision.models.mobilenet_v2</c>, with its
/// state keys <c>features.0.0</c>, <c>features.1.conv.0.0</c>, ..., <c>classifier.1</c> and its initial weights.</summary>
public sealed class MobileNetV2 : Module
{
    // The factor inside, the channels, how many blocks, and the stride of the first.
    static readonly (int Expansion, int Channels, int Blocks, int Stride)[] stages =
        [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)];

    readonly Sequential chain;

    /// <summary>Makes the network and draws its initial weights.</summary>
    /// <param name="classes">How many classes it tells apart.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null. Dropout draws from the latter.
    /// </param>
    /// <param name="width">The channels of each layer, in proportion to those of the published network.</param>
    /// <param name="dropout">The probability of a zero before the last layer in training.</param>
    /// <param name="inChannels">How many channels images have.</param>
    /// <exception cref="ArgumentException">Fewer than one class, a width that is not above 0, or a probability outside 0 to 1.</exception>
    public MobileNetV2(int classes = 1000, Generator? generator = null, double width = 1, double dropout = 0.2, int inChannels = 3)
    {
        if (!(width > 0))
            throw new ArgumentException($"MobileNetV2: expected a width above 0, got {width}.", nameof(width));
        int channels = ConvNorm.MultipleOfEight(32 * width), last = ConvNorm.MultipleOfEight(1280 * Math.Max(1, width));
        List<Module> features = [ConvNorm.Make(inChannels, channels, 3, new ReLU6(), stride: 2, generator: generator)];
        foreach (var stage in stages)
        {
            int outChannels = ConvNorm.MultipleOfEight(stage.Channels * width);
            for (int i = 0; i < stage.Blocks; i++, channels = outChannels)
                features.Add(new InvertedResidual(channels, outChannels, i == 0 ? stage.Stride : 1, stage.Expansion, generator));
        }

        features.Add(ConvNorm.Make(channels, last, 1, new ReLU6(), generator: generator));
        chain = RegisterChain(
            ("features", new Sequential(features)),
            ("avgpool", new AdaptiveAvgPool2d(1)),
            ("flatten", new Flatten()),
            ("classifier", new Sequential(new Dropout(dropout), new Linear(last, classes, generator: generator))));
        InitialWeights.Draw(this, FanMode.FanOut, linear: 0.01, generator);
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => chain.Forward(input);

    sealed class InvertedResidual : Module
    {
        readonly Sequential body;
        readonly bool adds;

        public InvertedResidual(int inChannels, int outChannels, int stride, int expansion, Generator? generator)
        {
            int inside = inChannels * expansion;
            List<Module> layers = [];
            if (expansion != 1)
                layers.Add(ConvNorm.Make(inChannels, inside, 1, new ReLU6(), generator: generator));
            layers.AddRange(
                ConvNorm.Make(inside, inside, 3, new ReLU6(), stride, groups: inside, generator: generator),
                new Conv2d(inside, outChannels, 1, bias: false, generator: generator),
                new BatchNorm2d(outChannels));
            body = Register("conv", new Sequential(layers));
            adds = stride == 1 && inChannels == outChannels;
        }

        public override Tensor Forward(Tensor input) => adds ? input + body.Forward(input) : body.Forward(input);
    }
}
