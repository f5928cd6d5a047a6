namespace Ballast;

/// <summary>A residual network for images of about 224 x 224 pixels: a 7 x 7 convolution to 64 channels at half the size, a pool that halves
/// it again, four stages of blocks, each stage after the first at half the size and twice the channels; then the mean over the image and one
/// value for each class. From [N, C, H, W] to [N, classes]. He et al. 2015, table 1; wide ones: Zagoruyko &amp; Komodakis 2016; ResNeXt: Xie et
/// al. 2017. PyTorch: <c>torchvision.models.ResNet</c>, with its state keys <c>conv1</c>, <c>bn1</c>, <c>layer1.0.conv1</c>, ..., <c>fc</c> and
/// its initial weights.</summary>
public sealed class ResNet : Module
{
    readonly Sequential chain;

    /// <summary>Makes the network and draws its initial weights.</summary>
    /// <param name="bottleneck">Whether its blocks are <see cref="Bottleneck"/>s; <see cref="BasicBlock"/>s otherwise.</param>
    /// <param name="blocks">The blocks of each stage.</param>
    /// <param name="classes">How many classes it tells apart.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null.</param>
    /// <param name="groups">Into how many groups the 3 x 3 convolutions of bottlenecks are divided.</param>
    /// <param name="widthPerGroup">The channels of a group in the first stage; twice as many in each that follows.</param>
    /// <param name="inChannels">How many channels images have.</param>
    ResNet(bool bottleneck, ReadOnlySpan<int> blocks, int classes, Generator? generator, int inChannels, int groups = 1, int widthPerGroup = 64)
    {
        var stem = new Conv2d(inChannels, 64, 7, stride: 2, padding: 3, bias: false, generator: generator);
        var stages = new (string, Module)[blocks.Length];
        int channels = 64;
        for (int stage = 0; stage < stages.Length; stage++)
        {
            int planes = 64 << stage;
            var parts = new Module[blocks[stage]];
            for (int i = 0; i < parts.Length; i++)
            {
                int stride = i == 0 && stage > 0 ? 2 : 1;
                parts[i] = bottleneck
                    ? new Bottleneck(channels, planes, stride, groups, widthPerGroup, generator)
                    : new BasicBlock(channels, planes, stride, generator);
                channels = bottleneck ? planes * Bottleneck.Expansion : planes;
            }

            stages[stage] = ($"layer{stage + 1}", new Sequential(parts));
        }

        chain = RegisterChain([
            ("conv1", stem),
            ("bn1", new BatchNorm2d(64)),
            ("relu", new ReLU()),
            ("maxpool", new MaxPool2d(3, stride: 2, padding: 1)),
            .. stages,
            ("avgpool", new GlobalAvgPool2d()),
            ("flatten", new Flatten()),
            ("fc", new Linear(channels, classes, generator: generator))]);
        InitialWeights.Draw(this, FanMode.FanOut, linear: null, generator);
    }

    /// <summary>18 layers, in basic blocks. PyTorch: <c>resnet18</c>.</summary>
    /// <param name="classes">How many classes it tells apart.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null.</param>
    /// <param name="inChannels">How many channels images have.</param>
    /// <exception cref="ArgumentException">Fewer than one class.</exception>
    public static ResNet ResNet18(int classes = 1000, Generator? generator = null, int inChannels = 3) =>
        new(false, [2, 2, 2, 2], classes, generator, inChannels);

    /// <summary>34 layers, in basic blocks. PyTorch: <c>resnet34</c>.</summary>
    /// <param name="classes">How many classes it tells apart.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null.</param>
    /// <param name="inChannels">How many channels images have.</param>
    /// <exception cref="ArgumentException">Fewer than one class.</exception>
    public static ResNet ResNet34(int classes = 1000, Generator? generator = null, int inChannels = 3) =>
        new(false, [3, 4, 6, 3], classes, generator, inChannels);

    /// <summary>50 layers, in bottlenecks. PyTorch: <c>resnet50</c>.</summary>
    /// <param name="classes">How many classes it tells apart.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null.</param>
    /// <param name="inChannels">How many channels images have.</param>
    /// <exception cref="ArgumentException">Fewer than one class.</exception>
    public static ResNet ResNet50(int classes = 1000, Generator? generator = null, int inChannels = 3) =>
        new(true, [3, 4, 6, 3], classes, generator, inChannels);

    /// <summary>101 layers, in bottlenecks. PyTorch: <c>resnet101</c>.</summary>
    /// <param name="classes">How many classes it tells apart.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null.</param>
    /// <param name="inChannels">How many channels images have.</param>
    /// <exception cref="ArgumentException">Fewer than one class.</exception>
    public static ResNet ResNet101(int classes = 1000, Generator? generator = null, int inChannels = 3) =>
        new(true, [3, 4, 23, 3], classes, generator, inChannels);

    /// <summary>152 layers, in bottlenecks. PyTorch: <c>resnet152</c>.</summary>
    /// <param name="classes">How many classes it tells apart.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null.</param>
    /// <param name="inChannels">How many channels images have.</param>
    /// <exception cref="ArgumentException">Fewer than one class.</exception>
    public static ResNet ResNet152(int classes = 1000, Generator? generator = null, int inChannels = 3) =>
        new(true, [3, 8, 36, 3], classes, generator, inChannels);

    /// <summary>50 layers, in bottlenecks that are twice as wide inside. PyTorch: <c>wide_resnet50_2</c>.</summary>
    /// <param name="classes">How many classes it tells apart.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null.</param>
    /// <param name="inChannels">How many channels images have.</param>
    /// <exception cref="ArgumentException">Fewer than one class.</exception>
    public static ResNet WideResNet50x2(int classes = 1000, Generator? generator = null, int inChannels = 3) =>
        new(true, [3, 4, 6, 3], classes, generator, inChannels, widthPerGroup: 128);

    /// <summary>101 layers, in bottlenecks that are twice as wide inside. PyTorch: <c>wide_resnet101_2</c>.</summary>
    /// <param name="classes">How many classes it tells apart.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null.</param>
    /// <param name="inChannels">How many channels images have.</param>
    /// <exception cref="ArgumentException">Fewer than one class.</exception>
    public static ResNet WideResNet101x2(int classes = 1000, Generator? generator = null, int inChannels = 3) =>
        new(true, [3, 4, 23, 3], classes, generator, inChannels, widthPerGroup: 128);

    /// <summary>50 layers, in bottlenecks of 32 groups of 4 channels. PyTorch: <c>resnext50_32x4d</c>.</summary>
    /// <param name="classes">How many classes it tells apart.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null.</param>
    /// <param name="inChannels">How many channels images have.</param>
    /// <exception cref="ArgumentException">Fewer than one class.</exception>
    public static ResNet ResNeXt50x32x4d(int classes = 1000, Generator? generator = null, int inChannels = 3) =>
        new(true, [3, 4, 6, 3], classes, generator, inChannels, groups: 32, widthPerGroup: 4);

    /// <summary>101 layers, in bottlenecks of 32 groups of 8 channels. PyTorch: <c>resnext101_32x8d</c>.</summary>
    /// <param name="classes">How many classes it tells apart.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null.</param>
    /// <param name="inChannels">How many channels images have.</param>
    /// <exception cref="ArgumentException">Fewer than one class.</exception>
    public static ResNet ResNeXt101x32x8d(int classes = 1000, Generator? generator = null, int inChannels = 3) =>
        new(true, [3, 4, 23, 3], classes, generator, inChannels, groups: 32, widthPerGroup: 8);

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => chain.Forward(input);
}
