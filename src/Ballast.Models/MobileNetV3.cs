namespace Ballast;

/// <summary>A small network of inverted residuals with <see cref="SqueezeExcitation"/> in most of them and hard swish in place of ReLU in the
/// deeper ones: found by a search. From [N, C, H, W] to [N, classes], the image at a thirty-second of its size in the end. Howard et al. 2019,
/// tables 1 and 2. PyTorch: <c>torchvision.models.mobilenet_v3_large</c> and <c>mobilenet_v3_small</c>, with their state keys
/// <c>features.0.0</c>, <c>features.1.block.0.0</c>, ..., <c>classifier.3</c> and their initial weights.</summary>
public sealed class MobileNetV3 : Module
{
    readonly record struct Block(int Kernel, int Inside, int Channels, bool Squeezes, bool Swishes, int Stride);

    static readonly Block[] large =
    [
        new(3, 16, 16, false, false, 1), new(3, 64, 24, false, false, 2), new(3, 72, 24, false, false, 1), new(5, 72, 40, true, false, 2),
        new(5, 120, 40, true, false, 1), new(5, 120, 40, true, false, 1), new(3, 240, 80, false, true, 2), new(3, 200, 80, false, true, 1),
        new(3, 184, 80, false, true, 1), new(3, 184, 80, false, true, 1), new(3, 480, 112, true, true, 1), new(3, 672, 112, true, true, 1),
        new(5, 672, 160, true, true, 2), new(5, 960, 160, true, true, 1), new(5, 960, 160, true, true, 1),
    ];

    static readonly Block[] small =
    [
        new(3, 16, 16, true, false, 2), new(3, 72, 24, false, false, 2), new(3, 88, 24, false, false, 1), new(5, 96, 40, true, true, 2),
        new(5, 240, 40, true, true, 1), new(5, 240, 40, true, true, 1), new(5, 120, 48, true, true, 1), new(5, 144, 48, true, true, 1),
        new(5, 288, 96, true, true, 2), new(5, 576, 96, true, true, 1), new(5, 576, 96, true, true, 1),
    ];

    readonly Sequential chain;

    MobileNetV3(ReadOnlySpan<Block> blocks, int hidden, int classes, Generator? generator, double dropout, int inChannels)
    {
        int channels = 16;
        List<Module> features = [Part(inChannels, channels, 3, new Hardswish(), 2, 1, generator)];
        foreach (var block in blocks)
        {
            features.Add(new InvertedResidual(channels, block, generator));
            channels = block.Channels;
        }

        features.Add(Part(channels, 6 * channels, 1, new Hardswish(), 1, 1, generator));
        chain = RegisterChain(
            ("features", new Sequential(features)),
            ("avgpool", new AdaptiveAvgPool2d(1)),
            ("flatten", new Flatten()),
            ("classifier", new Sequential(
                new Linear(6 * channels, hidden, generator: generator), new Hardswish(), new Dropout(dropout),
                new Linear(hidden, classes, generator: generator))));
        InitialWeights.Draw(this, FanMode.FanOut, linear: 0.01, generator);
    }

    /// <summary>The large one: 15 blocks. PyTorch: <c>mobilenet_v3_large</c>.</summary>
    /// <param name="classes">How many classes it tells apart.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null. Dropout draws from the latter.
    /// </param>
    /// <param name="dropout">The probability of a zero before the last layer in training.</param>
    /// <param name="inChannels">How many channels images have.</param>
    /// <exception cref="ArgumentException">Fewer than one class, or a probability outside 0 to 1.</exception>
    public static MobileNetV3 Large(int classes = 1000, Generator? generator = null, double dropout = 0.2, int inChannels = 3) =>
        new(large, 1280, classes, generator, dropout, inChannels);

    /// <summary>The small one: 11 blocks. PyTorch: <c>mobilenet_v3_small</c>.</summary>
    /// <inheritdoc cref="Large"/>
    public static MobileNetV3 Small(int classes = 1000, Generator? generator = null, double dropout = 0.2, int inChannels = 3) =>
        new(small, 1024, classes, generator, dropout, inChannels);

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => chain.Forward(input);

    // Its running statistics move slowly: ImageNet has many batches.
    static Sequential Part(
        int inChannels, int outChannels, int kernel, Module? activation, int stride, int groups, Generator? generator) =>
        ConvNorm.Make(inChannels, outChannels, kernel, activation, stride, groups, eps: 0.001, momentum: 0.01, generator);

    sealed class InvertedResidual : Module
    {
        readonly Sequential body;
        readonly bool adds;

        public InvertedResidual(int inChannels, Block block, Generator? generator)
        {
            Module Activation() => block.Swishes ? new Hardswish() : new ReLU();
            int inside = block.Inside;
            List<Module> layers = [];
            if (inside != inChannels)
                layers.Add(Part(inChannels, inside, 1, Activation(), 1, 1, generator));
            layers.Add(Part(inside, inside, block.Kernel, Activation(), block.Stride, inside, generator));
            if (block.Squeezes)
            {
                layers.Add(new SqueezeExcitation(
                    inside, ConvNorm.MultipleOfEight(inside / 4), new ReLU(), new Hardsigmoid(), generator));
            }

            layers.Add(Part(inside, block.Channels, 1, null, 1, 1, generator));
            body = Register("block", new Sequential(layers));
            adds = block.Stride == 1 && inChannels == block.Channels;
        }

        public override Tensor Forward(Tensor input) => adds ? body.Forward(input) + input : body.Forward(input);
    }
}
