using static Ballast.StrangerTests.Cifar.CifarParts;

namespace Ballast.StrangerTests.Cifar;

/// <summary>Zhang et al. 2018: convolutions in groups, whose channels are shuffled between them.</summary>
sealed class ShuffleBlock : NumberedModule
{
    readonly Func<Tensor, Tensor> first, second, third;
    readonly int stride, groups;

    public ShuffleBlock(int inChannels, int outChannels, int stride, int groups)
    {
        int inside = outChannels / 4;
        this.stride = stride;
        this.groups = inChannels == 24 ? 1 : groups;
        first = ConvNormRelu(Conv(inChannels, inside, groups: this.groups));
        second = ConvNormRelu(Conv(inside, inside, 3, stride, inside));
        third = ConvNorm(Conv(inside, outChannels, groups: groups));
    }

    public override Tensor Forward(Tensor input)
    {
        var output = third(second(Functional.ChannelShuffle(first(input), groups)));
        return stride == 2
            ? Tensor.Concat([output, Functional.AvgPool2d(input, 3, 2, 1)], axis: 1).Relu() : (output + input).Relu();
    }
}

/// <summary>Liu et al. 2018: a cell that a search found, with separate 7 x 7, 5 x 5 and 3 x 3 convolutions.</summary>
sealed class SearchedCell : NumberedModule
{
    readonly Module left7, left3, right5;
    readonly Func<Tensor, Tensor>? pooled;
    readonly Sequential joins;
    readonly int stride;

    sealed class Separate : NumberedModule
    {
        readonly Func<Tensor, Tensor> chain;

        public Separate(int inChannels, int outChannels, int kernel, int stride) =>
            chain = ConvNorm(Conv(inChannels, outChannels, kernel, stride, inChannels));

        public override Tensor Forward(Tensor input) => chain(input);
    }

    public SearchedCell(int inChannels, int outChannels, int stride)
    {
        this.stride = stride;
        left7 = Register("sep_conv1", new Separate(inChannels, outChannels, 7, stride));
        left3 = Register("sep_conv2", new Separate(inChannels, outChannels, 3, stride));
        right5 = Register("sep_conv3", new Separate(inChannels, outChannels, 5, stride));
        if (stride == 2)
            pooled = ConvNorm(Conv(inChannels, outChannels));
        joins = RegisterChain(
            ("conv2", Conv(2 * outChannels, outChannels)), ("bn2", new BatchNorm2d(outChannels)), ("relu", new ReLU()));
    }

    public override Tensor Forward(Tensor input)
    {
        var pool = Functional.MaxPool2d(input, 3, stride, 1);
        var left = (left7.Forward(input) + left3.Forward(input)).Relu();
        var right = ((pooled?.Invoke(pool) ?? pool) + right5.Forward(input)).Relu();
        return joins.Forward(Tensor.Concat([left, right], axis: 1));
    }
}

/// <summary>Howard et al. 2017: a depthwise convolution and a 1 x 1 one.</summary>
sealed class MobileBlock : NumberedModule
{
    readonly Func<Tensor, Tensor> first, second;

    public MobileBlock(int inChannels, int outChannels, int stride)
    {
        first = ConvNormRelu(Conv(inChannels, inChannels, 3, stride, inChannels));
        second = ConvNormRelu(Conv(inChannels, outChannels));
    }

    public override Tensor Forward(Tensor input) => second(first(input));
}

/// <summary>Tan &amp; Le 2019. The first block does not use its first convolution, and still has it.</summary>
sealed class EfficientBlock : NumberedModule
{
    readonly Func<Tensor, Tensor> first, second, third;
    readonly Squeeze squeeze;
    readonly double skips;
    readonly bool expands, adds;

    public EfficientBlock(int inChannels, int outChannels, int kernel, int stride, int expansion, double skips)
    {
        int inside = inChannels * expansion;
        (this.skips, expands, adds) = (skips, expansion > 1, stride == 1 && inChannels == outChannels);
        first = ConvNorm(Conv(inChannels, inside));
        second = ConvNorm(Conv(inside, inside, kernel, stride, inside));
        squeeze = Register("se", new Squeeze(inside, inChannels / 4, static x => x.Silu()));
        third = ConvNorm(Conv(inside, outChannels));
    }

    public override Tensor Forward(Tensor input)
    {
        var output = expands ? first(input).Silu() : input;
        output = third(squeeze.Forward(second(output).Silu()));
        return adds ? Functional.StochasticDepth(output, skips, StochasticDepthMode.Row, Training) + input : output;
    }
}

sealed class EfficientNetCifar : NumberedModule
{
    readonly Func<Tensor, Tensor> stem;
    readonly Sequential layers;
    readonly Linear linear;

    public EfficientNetCifar()
    {
        stem = ConvNorm(Conv(3, 32, 3));
        List<Module> blocks = [];
        int a = 32;
        foreach (var (expansion, b, depth, kernel, stride) in new[]
        {
            (1, 16, 1, 3, 1), (6, 24, 2, 3, 2), (6, 40, 2, 5, 2), (6, 80, 3, 3, 2), (6, 112, 3, 5, 1), (6, 192, 4, 5, 2), (6, 320, 1, 3, 1),
        })
        {
            for (int i = 0; i < depth; i++, a = b)
                blocks.Add(new EfficientBlock(a, b, kernel, i == 0 ? stride : 1, expansion, 0.2 * blocks.Count / 16));
        }

        layers = Register("layers", new Sequential(blocks));
        linear = Register("linear", new Linear(a, 10));
    }

    public override Tensor Forward(Tensor input) => linear.Forward(
        Functional.Dropout(Mean(layers.Forward(stem(input).Silu())).Flatten(1), 0.2, Training));
}

/// <summary>The networks of these blocks.</summary>
static class CifarSmall
{
    public static Module ShuffleNetG2()
    {
        int a = 24;
        List<(string, Module)> stages = [];
        var stem = Conv(3, a);
        foreach (var (depth, b) in new[] { (4, 200), (8, 400), (4, 800) })
        {
            var blocks = new Module[depth];
            for (int i = 0; i < depth; i++, a = b)
                blocks[i] = new ShuffleBlock(a, i == 0 ? b - a : b, i == 0 ? 2 : 1, 2);
            stages.Add(($"layer{stages.Count + 1}", new Sequential(blocks)));
        }

        return new StagedNetwork(stem, true, stages, a);
    }

    public static Module PnasNetB(int cells = 6, int planes = 32)
    {
        var stem = Conv(3, planes, 3);
        List<(string, Module)> stages = [];
        for (int i = 0; i < 3; i++)
        {
            int channels = planes << i;
            stages.Add(($"layer{2 * i + 1}", new Sequential(Enumerable.Range(0, cells).Select(_ => new SearchedCell(channels, channels, 1)))));
            if (i < 2)
                stages.Add(($"layer{2 * i + 2}", new SearchedCell(channels, 2 * channels, 2)));
        }

        return new StagedNetwork(stem, true, stages, planes * 4);
    }

    public static Module MobileNet()
    {
        var stem = Conv(3, 32, 3);
        int a = 32;
        List<Module> blocks = [];
        foreach (var (b, stride) in new[]
        {
            (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1), (512, 1), (512, 1), (512, 1), (512, 1), (1024, 2), (1024, 1),
        })
        {
            blocks.Add(new MobileBlock(a, b, stride));
            a = b;
        }

        return new StagedNetwork(stem, true, [("layers", new Sequential(blocks))], a);
    }
}
