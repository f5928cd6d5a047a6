namespace Ballast;

/// <summary>A network of inverted residuals with <see cref="SqueezeExcitation"/> and SiLU, found by a search; in training whole blocks are left out,
/// the deeper the more often (<see cref="StochasticDepth"/>). From [N, C, H, W] to [N, classes], the image at a thirty-second of its size in
/// the end. Tan &amp; Le 2019, table 1. PyTorch: <c>torchvision.models.EfficientNet</c>, with its state keys <c>features.0.0</c>,
/// <c>features.1.0.block.0.0</c>, ..., <c>classifier.1</c> and its initial weights.</summary>
public sealed class EfficientNet : Module
{
    // The factor inside, the kernel, the stride of the first block, the channels, and how many blocks.
    static readonly (int Expansion, int Kernel, int Stride, int Channels, int Blocks)[] stages =
        [(1, 3, 1, 16, 1), (6, 3, 2, 24, 2), (6, 5, 2, 40, 2), (6, 3, 2, 80, 3), (6, 5, 1, 112, 3), (6, 5, 2, 192, 4), (6, 3, 1, 320, 1)];

    readonly Sequential chain;

    EfficientNet(int classes, Generator? generator, double dropout, double stochasticDepth, int inChannels)
    {
        int channels = 32, block = 0, blocks = stages.Sum(static stage => stage.Blocks);
        List<Module> features = [ConvNorm.Make(inChannels, channels, 3, new SiLU(), stride: 2, generator: generator)];
        foreach (var stage in stages)
        {
            var parts = new Module[stage.Blocks];
            for (int i = 0; i < parts.Length; i++, channels = stage.Channels)
            {
                double skips = stochasticDepth * block++ / blocks;
                parts[i] = new InvertedResidual(
                    channels, stage.Channels, stage.Expansion, stage.Kernel, i == 0 ? stage.Stride : 1, skips, generator);
            }

            features.Add(new Sequential(parts));
        }

        features.Add(ConvNorm.Make(channels, 4 * channels, 1, new SiLU(), generator: generator));
        var linear = new Linear(4 * channels, classes, generator: generator);
        chain = RegisterChain(
            ("features", new Sequential(features)),
            ("avgpool", new AdaptiveAvgPool2d(1)),
            ("flatten", new Flatten()),
            ("classifier", new Sequential(new Dropout(dropout), linear)));
        InitialWeights.Draw(this, FanMode.FanOut, linear: null, generator);
        double bound = 1 / Math.Sqrt(classes);
        Init.Uniform(linear.Weight, -bound, bound, generator);
        Init.Zeros(linear.Bias!);
    }

    /// <summary>16 blocks, for images of 224 x 224 pixels. PyTorch: <c>efficientnet_b0</c>.</summary>
    /// <param name="classes">How many classes it tells apart.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null. Dropout and stochastic depth draw
    /// from the latter.</param>
    /// <param name="dropout">The probability of a zero before the last layer in training.</param>
    /// <param name="stochasticDepth">What the probability that a block is left out in training grows to: 0 at the first block.</param>
    /// <param name="inChannels">How many channels images have.</param>
    /// <exception cref="ArgumentException">Fewer than one class, or a probability outside 0 to 1.</exception>
    public static EfficientNet B0(
        int classes = 1000, Generator? generator = null, double dropout = 0.2, double stochasticDepth = 0.2, int inChannels = 3) =>
        new(classes, generator, dropout, stochasticDepth, inChannels);

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => chain.Forward(input);

    sealed class InvertedResidual : Module
    {
        readonly Sequential body;
        readonly StochasticDepth depth;
        readonly bool adds;

        public InvertedResidual(
            int inChannels, int outChannels, int expansion, int kernel, int stride, double skips, Generator? generator)
        {
            int inside = inChannels * expansion;
            List<Module> layers = [];
            if (expansion != 1)
                layers.Add(ConvNorm.Make(inChannels, inside, 1, new SiLU(), generator: generator));
            layers.AddRange(
                ConvNorm.Make(inside, inside, kernel, new SiLU(), stride, groups: inside, generator: generator),
                new SqueezeExcitation(inside, Math.Max(1, inChannels / 4), new SiLU(), generator: generator),
                ConvNorm.Make(inside, outChannels, 1, null, generator: generator));
            body = Register("block", new Sequential(layers));
            depth = Register("stochastic_depth", new StochasticDepth(skips));
            adds = stride == 1 && inChannels == outChannels;
        }

        public override Tensor Forward(Tensor input) =>
            adds ? depth.Forward(body.Forward(input)) + input : body.Forward(input);
    }
}
