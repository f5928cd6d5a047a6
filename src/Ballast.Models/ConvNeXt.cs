namespace Ballast;

/// <summary>A convolutional network built as transformers are: blocks of a depthwise 7 x 7 convolution, layer normalization over the channels and
/// two linear layers with GELU between them, scaled for each channel and added to their input; in training whole blocks are left out, the
/// deeper the more often (<see cref="StochasticDepth"/>). From [N, C, H, W], of 32 pixels a side or more, to [N, classes]. Liu et al. 2022,
/// table 9. PyTorch: <c>torchvision.models.ConvNeXt</c>, with its state keys <c>features.0.0</c>, <c>features.1.0.layer_scale</c>,
/// <c>features.1.0.block.0</c>, ..., <c>classifier.2</c> and its initial weights, those within a few roundings
/// (<see cref="Init.TruncNormal"/>).</summary>
public sealed class ConvNeXt : Module
{
    const double Eps = 1e-6;

    readonly Sequential chain;

    ConvNeXt(ReadOnlySpan<int> channels, ReadOnlySpan<int> blocks, int classes, Generator? generator, double stochasticDepth, double layerScale,
        int inChannels)
    {
        int total = 0, block = 0, last = channels.Length - 1;
        foreach (int count in blocks)
            total += count;
        List<Module> features =
            [new Sequential(new Conv2d(inChannels, channels[0], 4, stride: 4, generator: generator), new ChannelLayerNorm(channels[0]))];
        for (int stage = 0; stage <= last; stage++)
        {
            var parts = new Module[blocks[stage]];
            for (int i = 0; i < parts.Length; i++)
                parts[i] = new Block(channels[stage], layerScale, stochasticDepth * block++ / (total - 1), generator);
            features.Add(new Sequential(parts));
            if (stage < last)
            {
                features.Add(new Sequential(
                    new ChannelLayerNorm(channels[stage]), new Conv2d(channels[stage], channels[stage + 1], 2, stride: 2, generator: generator)));
            }
        }

        chain = RegisterChain(
            ("features", new Sequential(features)),
            ("avgpool", new AdaptiveAvgPool2d(1)),
            ("classifier", new Sequential(
                new ChannelLayerNorm(channels[last]), new Flatten(), new Linear(channels[last], classes, generator: generator))));
        InitialWeights.DrawTruncated(this, 0.02, zerosBiases: true, generator);
    }

    /// <summary>18 blocks of 96 to 768 channels. PyTorch: <c>convnext_tiny</c>.</summary>
    /// <param name="classes">How many classes it tells apart.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null. Stochastic depth draws from the
    /// latter.</param>
    /// <param name="stochasticDepth">The probability that the last block is left out in training: 0 for the first, and more for each.</param>
    /// <param name="layerScale">What each channel of a block is scaled by at first.</param>
    /// <param name="inChannels">How many channels images have.</param>
    /// <exception cref="ArgumentException">Fewer than one class, or a probability outside 0 to 1.</exception>
    public static ConvNeXt Tiny(
        int classes = 1000, Generator? generator = null, double stochasticDepth = 0.1, double layerScale = 1e-6, int inChannels = 3) =>
        new([96, 192, 384, 768], [3, 3, 9, 3], classes, generator, stochasticDepth, layerScale, inChannels);

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => chain.Forward(input);

    /// <summary>Layer normalization of each pixel over its channels.</summary>
    sealed class ChannelLayerNorm : Module
    {
        readonly LayerNorm norm;

        public ChannelLayerNorm(int channels)
        {
            norm = new LayerNorm(channels, Eps);
            Register("weight", norm.Weight!);
            Register("bias", norm.Bias!);
        }

        public override Tensor Forward(Tensor input) => norm.Forward(input.Permute(0, 2, 3, 1)).Permute(0, 3, 1, 2);
    }

    sealed class Block : Module
    {
        readonly Parameter scale;
        readonly Sequential body;
        readonly StochasticDepth depth;

        public Block(int channels, double layerScale, double skips, Generator? generator)
        {
            scale = Register("layer_scale", new Parameter(Tensor.Full([channels, 1, 1], (float)layerScale)));
            body = Register("block", new Sequential(
                new Conv2d(channels, channels, 7, padding: 3, groups: channels, generator: generator),
                new Permute(0, 2, 3, 1),
                new LayerNorm(channels, Eps),
                new Linear(channels, 4 * channels, generator: generator),
                new GELU(),
                new Linear(4 * channels, channels, generator: generator),
                new Permute(0, 3, 1, 2)));
            depth = Register("stochastic_depth", new StochasticDepth(skips));
        }

        public override Tensor Forward(Tensor input) => depth.Forward(scale * body.Forward(input)) + input;
    }
}
