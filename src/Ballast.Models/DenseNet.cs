namespace Ballast;

/// <summary>A densely connected network for images of about 224 x 224 pixels: a 7 x 7 convolution at half the size, a pool that halves it
/// again, four <see cref="DenseBlock"/>s, and between two of them a 1 x 1 convolution to half the channels and a mean over 2 x 2 pixels; then
/// the mean over the image and one value for each class. From [N, C, H, W] to [N, classes]. Huang et al. 2017, table 1. PyTorch:
/// <c>torchvision.models.DenseNet</c>, with its state keys <c>features.conv0</c>, <c>features.denseblock1.denselayer1.norm1</c>, ...,
/// <c>features.transition1.norm</c>, ..., <c>classifier</c> and its initial weights.</summary>
public sealed class DenseNet : Module
{
    readonly Features features;
    readonly Linear classifier;

    DenseNet(int growth, int stem, ReadOnlySpan<int> layers, int classes, Generator? generator, int inChannels)
    {
        features = Register("features", new Features(growth, stem, layers, generator, inChannels));
        classifier = Register("classifier", new Linear(features.Channels, classes, generator: generator));
        InitialWeights.Draw(this, FanMode.FanIn, linear: null, generator);
        Init.Zeros(classifier.Bias!);
    }

    /// <summary>121 layers: blocks of 6, 12, 24 and 16 that add 32 channels each. PyTorch: <c>densenet121</c>.</summary>
    /// <param name="classes">How many classes it tells apart.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null.</param>
    /// <param name="inChannels">How many channels images have.</param>
    /// <exception cref="ArgumentException">Fewer than one class.</exception>
    public static DenseNet DenseNet121(int classes = 1000, Generator? generator = null, int inChannels = 3) =>
        new(32, 64, [6, 12, 24, 16], classes, generator, inChannels);

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => classifier.Forward(features.Forward(input).Relu().Mean([2, 3]));

    /// <summary>Everything before the mean.</summary>
    sealed class Features : Module
    {
        readonly Sequential chain;

        public Features(int growth, int stem, ReadOnlySpan<int> layers, Generator? generator, int inChannels)
        {
            List<(string, Module)> parts =
            [
                ("conv0", new Conv2d(inChannels, stem, 7, stride: 2, padding: 3, bias: false, generator: generator)),
                ("norm0", new BatchNorm2d(stem)),
                ("relu0", new ReLU()),
                ("pool0", new MaxPool2d(3, stride: 2, padding: 1)),
            ];
            Channels = stem;
            for (int i = 0; i < layers.Length; i++)
            {
                parts.Add(($"denseblock{i + 1}", new DenseBlock(layers[i], Channels, growth, generator)));
                Channels += layers[i] * growth;
                if (i == layers.Length - 1)
                    continue;
                parts.Add(($"transition{i + 1}", new Transition(Channels, Channels / 2, generator)));
                Channels /= 2;
            }

            parts.Add(("norm5", new BatchNorm2d(Channels)));
            chain = RegisterChain([.. parts]);
        }

        /// <summary>The channels of the output.</summary>
        public int Channels { get; }

        public override Tensor Forward(Tensor input) => chain.Forward(input);
    }

    /// <summary>From one block to the next: half the channels at half the size.</summary>
    sealed class Transition : Module
    {
        readonly Sequential chain;

        public Transition(int inChannels, int outChannels, Generator? generator) =>
            chain = RegisterChain(
                ("norm", new BatchNorm2d(inChannels)),
                ("relu", new ReLU()),
                ("conv", new Conv2d(inChannels, outChannels, 1, bias: false, generator: generator)),
                ("pool", new AvgPool2d(2)));

        public override Tensor Forward(Tensor input) => chain.Forward(input);
    }
}
