namespace Ballast;

/// <summary>What <see cref="GoogLeNet"/> tells of an image: logits [N, classes] of its end, and in training those of two auxiliary heads on the
/// way; null in evaluation mode, and of a network without such heads.</summary>
/// <param name="Logits">Those of the end.</param>
/// <param name="Auxiliary1">Those of the first head, behind <c>inception4a</c>.</param>
/// <param name="Auxiliary2">Those of the second head, behind <c>inception4d</c>.</param>
public sealed record GoogLeNetOutputs(Tensor Logits, Tensor? Auxiliary1, Tensor? Auxiliary2);

/// <summary>A network of nine inception blocks, each of four ways side by side: a 1 x 1 convolution, two with a 3 x 3 one behind a 1 x 1, and a
/// pool. From [N, C, H, W], of 15 pixels a side or more, to [N, classes], the image at a thirty-second of its size in the end. In training, two
/// heads on the way tell the classes too: their losses are added with a weight of 0.3. Szegedy et al. 2014, table 1, with batch normalization
/// behind each convolution. PyTorch: <c>torchvision.models.googlenet</c>, with its state keys <c>conv1.conv</c>,
/// <c>inception3a.branch1.conv</c>, ..., <c>aux1.conv.conv</c>, ..., <c>fc</c> and its initial weights, those within a few roundings
/// (<see cref="Init.TruncNormal"/>).</summary>
/// <remarks>torchvision gives the results of the two heads each other's names; here each has its own.</remarks>
public sealed class GoogLeNet : Module
{
    readonly Sequential untilFirst, untilSecond, rest, end;
    readonly Head? first, second;

    /// <summary>Makes the network and draws its initial weights.</summary>
    /// <param name="classes">How many classes it tells apart.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null. Dropout draws from the latter.
    /// </param>
    /// <param name="auxiliary">Whether there are auxiliary heads.</param>
    /// <param name="dropout">The probability of a zero before the last layer in training.</param>
    /// <param name="auxiliaryDropout">The same of the auxiliary heads.</param>
    /// <param name="inChannels">How many channels images have.</param>
    /// <exception cref="ArgumentException">Fewer than one class, or a probability outside 0 to 1.</exception>
    public GoogLeNet(
        int classes = 1000, Generator? generator = null, bool auxiliary = true, double dropout = 0.2, double auxiliaryDropout = 0.7,
        int inChannels = 3)
    {
        untilFirst = RegisterChain(
            ("conv1", new ConvBlock(inChannels, 64, 7, 2, generator)),
            ("maxpool1", new MaxPool2d(3, stride: 2, ceilMode: true)),
            ("conv2", new ConvBlock(64, 64, 1, 1, generator)),
            ("conv3", new ConvBlock(64, 192, 3, 1, generator)),
            ("maxpool2", new MaxPool2d(3, stride: 2, ceilMode: true)),
            ("inception3a", new Inception(192, 64, 96, 128, 16, 32, 32, generator)),
            ("inception3b", new Inception(256, 128, 128, 192, 32, 96, 64, generator)),
            ("maxpool3", new MaxPool2d(3, stride: 2, ceilMode: true)),
            ("inception4a", new Inception(480, 192, 96, 208, 16, 48, 64, generator)));
        untilSecond = RegisterChain(
            ("inception4b", new Inception(512, 160, 112, 224, 24, 64, 64, generator)),
            ("inception4c", new Inception(512, 128, 128, 256, 24, 64, 64, generator)),
            ("inception4d", new Inception(512, 112, 144, 288, 32, 64, 64, generator)));
        rest = RegisterChain(
            ("inception4e", new Inception(528, 256, 160, 320, 32, 128, 128, generator)),
            ("maxpool4", new MaxPool2d(2, ceilMode: true)),
            ("inception5a", new Inception(832, 256, 160, 320, 32, 128, 128, generator)),
            ("inception5b", new Inception(832, 384, 192, 384, 48, 128, 128, generator)));
        if (auxiliary)
        {
            first = Register("aux1", new Head(512, classes, auxiliaryDropout, generator));
            second = Register("aux2", new Head(528, classes, auxiliaryDropout, generator));
        }

        end = RegisterChain(
            ("avgpool", new AdaptiveAvgPool2d(1)),
            ("flatten", new Flatten()),
            ("dropout", new Dropout(dropout)),
            ("fc", new Linear(1024, classes, generator: generator)));
        InitialWeights.DrawTruncated(this, 0.01, zerosBiases: false, generator);
    }

    /// <summary>The logits of the end alone: auxiliary heads do not run.</summary>
    /// <param name="input">[N, C, H, W].</param>
    public override Tensor Forward(Tensor input) =>
        end.Forward(rest.Forward(untilSecond.Forward(untilFirst.Forward(input))));

    /// <summary>The logits of the end, and in training mode those of the auxiliary heads.</summary>
    /// <param name="input">[N, C, H, W].</param>
    public GoogLeNetOutputs ForwardAll(Tensor input)
    {
        var early = untilFirst.Forward(input);
        var tells1 = Training ? first?.Forward(early) : null;
        var late = untilSecond.Forward(early);
        var tells2 = Training ? second?.Forward(late) : null;
        var logits = end.Forward(rest.Forward(late));
        Show([input], logits);
        return new(logits, tells1, tells2);
    }

    sealed class ConvBlock : Module
    {
        readonly Sequential chain;

        public ConvBlock(int inChannels, int outChannels, int kernel, int stride, Generator? generator) =>
            chain = RegisterChain(
                ("conv", new Conv2d(inChannels, outChannels, kernel, stride, padding: kernel / 2, bias: false, generator: generator)),
                ("bn", new BatchNorm2d(outChannels, eps: 0.001)),
                ("relu", new ReLU()));

        public override Tensor Forward(Tensor input) => chain.Forward(input);
    }

    // The paper's third way has a 5 x 5 convolution; torchvision's, and so this one, has a 3 x 3 one.
    sealed class Inception : Module
    {
        readonly Module[] ways;

        public Inception(
            int inChannels, int plain, int reduced2, int way2, int reduced3, int way3, int pooled, Generator? generator) => ways =
        [
            Register("branch1", new ConvBlock(inChannels, plain, 1, 1, generator)),
            Register("branch2", new Sequential(
                new ConvBlock(inChannels, reduced2, 1, 1, generator), new ConvBlock(reduced2, way2, 3, 1, generator))),
            Register("branch3", new Sequential(
                new ConvBlock(inChannels, reduced3, 1, 1, generator), new ConvBlock(reduced3, way3, 3, 1, generator))),
            Register("branch4", new Sequential(
                new MaxPool2d(3, stride: 1, padding: 1, ceilMode: true), new ConvBlock(inChannels, pooled, 1, 1, generator))),
        ];

        public override Tensor Forward(Tensor input) =>
            Tensor.Concat([.. ways.Select(way => way.Forward(input))], axis: 1);
    }

    sealed class Head : Module
    {
        readonly Sequential chain;

        public Head(int inChannels, int classes, double dropout, Generator? generator) =>
            chain = RegisterChain(
                ("avgpool", new AdaptiveAvgPool2d(4)),
                ("conv", new ConvBlock(inChannels, 128, 1, 1, generator)),
                ("flatten", new Flatten()),
                ("fc1", new Linear(2048, 1024, generator: generator)),
                ("relu", new ReLU()),
                ("dropout", new Dropout(dropout)),
                ("fc2", new Linear(1024, classes, generator: generator)));

        public override Tensor Forward(Tensor input) => chain.Forward(input);
    }
}
