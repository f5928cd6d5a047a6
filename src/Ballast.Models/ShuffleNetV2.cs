namespace Ballast;

/// <summary>A small network whose blocks pass half of the channels on as they are, change the other half by a 1 x 1, a depthwise 3 x 3 and a
/// 1 x 1 convolution, and shuffle the two halves; a block with a stride changes both. From [N, C, H, W] to [N, classes], the image at a
/// thirty-second of its size in the end. Ma et al. 2018, table 5. PyTorch: <c>torchvision.models.ShuffleNetV2</c>, with its state keys
/// <c>conv1.0</c>, <c>stage2.0.branch1.0</c>, ..., <c>conv5.0</c>, <c>fc</c> and its initial weights.</summary>
public sealed class ShuffleNetV2 : Module
{
    const int Stem = 24;

    readonly Sequential chain;

    ShuffleNetV2(ReadOnlySpan<int> channels, int last, int classes, Generator? generator, int inChannels)
    {
        ReadOnlySpan<int> blocks = [4, 8, 4];
        var stem = new Sequential(
            new Conv2d(inChannels, Stem, 3, stride: 2, padding: 1, bias: false, generator: generator), new BatchNorm2d(Stem), new ReLU());
        var stages = new (string, Module)[blocks.Length];
        int current = Stem;
        for (int stage = 0; stage < stages.Length; stage++)
        {
            var parts = new Module[blocks[stage]];
            for (int i = 0; i < parts.Length; i++)
            {
                parts[i] = new Block(current, channels[stage], i == 0 ? 2 : 1, generator);
                current = channels[stage];
            }

            stages[stage] = ($"stage{stage + 2}", new Sequential(parts));
        }

        chain = RegisterChain([
            ("conv1", stem),
            ("maxpool", new MaxPool2d(3, stride: 2, padding: 1)),
            .. stages,
            ("conv5", new Sequential(new Conv2d(current, last, 1, bias: false, generator: generator), new BatchNorm2d(last), new ReLU())),
            ("avgpool", new GlobalAvgPool2d()),
            ("flatten", new Flatten()),
            ("fc", new Linear(last, classes, generator: generator))]);
    }

    /// <summary>Stages of 48, 96 and 192 channels. PyTorch: <c>shufflenet_v2_x0_5</c>.</summary>
    /// <param name="classes">How many classes it tells apart.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null.</param>
    /// <param name="inChannels">How many channels images have.</param>
    /// <exception cref="ArgumentException">Fewer than one class.</exception>
    public static ShuffleNetV2 X05(int classes = 1000, Generator? generator = null, int inChannels = 3) =>
        new([48, 96, 192], 1024, classes, generator, inChannels);

    /// <summary>Stages of 116, 232 and 464 channels. PyTorch: <c>shufflenet_v2_x1_0</c>.</summary>
    /// <inheritdoc cref="X05"/>
    public static ShuffleNetV2 X10(int classes = 1000, Generator? generator = null, int inChannels = 3) =>
        new([116, 232, 464], 1024, classes, generator, inChannels);

    /// <summary>Stages of 176, 352 and 704 channels. PyTorch: <c>shufflenet_v2_x1_5</c>.</summary>
    /// <inheritdoc cref="X05"/>
    public static ShuffleNetV2 X15(int classes = 1000, Generator? generator = null, int inChannels = 3) =>
        new([176, 352, 704], 1024, classes, generator, inChannels);

    /// <summary>Stages of 244, 488 and 976 channels. PyTorch: <c>shufflenet_v2_x2_0</c>.</summary>
    /// <inheritdoc cref="X05"/>
    public static ShuffleNetV2 X20(int classes = 1000, Generator? generator = null, int inChannels = 3) =>
        new([244, 488, 976], 2048, classes, generator, inChannels);

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => chain.Forward(input);

    sealed class Block : Module
    {
        readonly Sequential? left;
        readonly Sequential right;

        public Block(int inChannels, int outChannels, int stride, Generator? generator)
        {
            int half = outChannels / 2, given = stride > 1 ? inChannels : half;
            Conv2d Pointwise(int from) => new(from, half, 1, bias: false, generator: generator);
            Conv2d Depthwise(int channels) => new(
                channels, channels, 3, stride, padding: 1, groups: channels, bias: false, generator: generator);
            if (stride > 1)
            {
                left = Register("branch1", new Sequential(
                    Depthwise(inChannels), new BatchNorm2d(inChannels), Pointwise(inChannels), new BatchNorm2d(half), new ReLU()));
            }

            right = Register("branch2", new Sequential(
                Pointwise(given), new BatchNorm2d(half), new ReLU(), Depthwise(half), new BatchNorm2d(half),
                Pointwise(half), new BatchNorm2d(half), new ReLU()));
        }

        public override Tensor Forward(Tensor input)
        {
            if (left is not null)
                return Functional.ChannelShuffle(Tensor.Concat([left.Forward(input), right.Forward(input)], axis: 1), 2);
            var halves = input.Chunk(2, axis: 1);
            return Functional.ChannelShuffle(Tensor.Concat([halves[0], right.Forward(halves[1])], axis: 1), 2);
        }
    }
}
