using static Ballast.StrangerTests.Cifar.CifarParts;

namespace Ballast.StrangerTests.Cifar;

sealed class BasicCifarBlock : NumberedModule
{
    readonly Func<Tensor, Tensor> first, second;
    readonly Sequential shortcut;

    public BasicCifarBlock(int inChannels, int outChannels, int stride)
    {
        first = ConvNormRelu(Conv(inChannels, outChannels, 3, stride));
        second = ConvNorm(Conv(outChannels, outChannels, 3));
        shortcut = Register("shortcut", Shortcut(inChannels, outChannels, stride));
    }

    public override Tensor Forward(Tensor input) => (second(first(input)) + shortcut.Forward(input)).Relu();
}

/// <summary>Joins the outputs of a tree's parts.</summary>
sealed class Root : Module
{
    readonly Sequential chain;

    public Root(int inChannels, int outChannels) => chain = RegisterChain(
        ("conv", Conv(inChannels, outChannels)), ("bn", new BatchNorm2d(outChannels)), ("relu", new ReLU()));

    public override Tensor Forward(Tensor input) => chain.Forward(input);
}

/// <summary>Yu et al. 2018: blocks in a tree, all of whose outputs meet in its root.</summary>
sealed class Tree : Module
{
    readonly Root root;
    readonly List<Tree> below = [];
    readonly BasicCifarBlock? before;
    readonly BasicCifarBlock left, right;

    public Tree(int inChannels, int outChannels, int level, int stride)
    {
        root = Register("root", new Root((level == 1 ? 2 : level + 2) * outChannels, outChannels));
        for (int i = level - 1; i >= 1; i--)
            below.Add(Register($"level_{i}", new Tree(inChannels, outChannels, i, stride)));
        if (level > 1)
            before = Register("prev_root", new BasicCifarBlock(inChannels, outChannels, stride));
        left = Register("left_node", new BasicCifarBlock(level == 1 ? inChannels : outChannels, outChannels, level == 1 ? stride : 1));
        right = Register("right_node", new BasicCifarBlock(outChannels, outChannels, 1));
    }

    public override Tensor Forward(Tensor input)
    {
        List<Tensor> parts = [];
        if (before is not null)
            parts.Add(before.Forward(input));
        foreach (var tree in below)
        {
            input = tree.Forward(input);
            parts.Add(input);
        }

        var near = left.Forward(input);
        return root.Forward(Tensor.Concat([.. parts, near, right.Forward(near)], axis: 1));
    }
}

/// <summary>Huang et al. 2017, with a block's own channels in front of those that came in.</summary>
sealed class DenseBottleneck : Module
{
    readonly Sequential chain;

    public DenseBottleneck(int inChannels, int growth) => chain = RegisterChain(
        ("bn1", new BatchNorm2d(inChannels)), ("relu1", new ReLU()), ("conv1", Conv(inChannels, 4 * growth)),
        ("bn2", new BatchNorm2d(4 * growth)), ("relu2", new ReLU()), ("conv2", Conv(4 * growth, growth, 3)));

    public override Tensor Forward(Tensor input) => Tensor.Concat([chain.Forward(input), input], axis: 1);
}

sealed class DenseTransition : Module
{
    readonly Sequential chain;

    public DenseTransition(int inChannels, int outChannels) => chain = RegisterChain(
        ("bn", new BatchNorm2d(inChannels)), ("relu", new ReLU()), ("conv", Conv(inChannels, outChannels)), ("pool", new AvgPool2d(2)));

    public override Tensor Forward(Tensor input) => chain.Forward(input);
}

/// <summary>Szegedy et al. 2014, with two 3 x 3 convolutions in the place of a 5 x 5 one.</summary>
sealed class InceptionCifar : Module
{
    readonly Sequential[] ways;

    public InceptionCifar(int a, int plain, int r3, int w3, int r5, int w5, int pooled) => ways =
    [
        Register("b1", new Sequential(Chain((a, plain, 1)))),
        Register("b2", new Sequential(Chain((a, r3, 1), (r3, w3, 3)))),
        Register("b3", new Sequential(Chain((a, r5, 1), (r5, w5, 3), (w5, w5, 3)))),
        Register("b4", new Sequential([new MaxPool2d(3, 1, 1), .. Chain((a, pooled, 1))])),
    ];

    public static Module[] Chain(params (int In, int Out, int Kernel)[] sizes) =>
    [
        .. sizes.SelectMany(static size => (Module[])
            [new Conv2d(size.In, size.Out, size.Kernel, padding: size.Kernel / 2), new BatchNorm2d(size.Out), new ReLU()]),
    ];

    public override Tensor Forward(Tensor input) => Tensor.Concat([.. ways.Select(way => way.Forward(input))], axis: 1);
}

sealed class GoogLeNetCifar : Module
{
    readonly Sequential chain;

    public GoogLeNetCifar() => chain = RegisterChain(
        ("pre_layers", new Sequential(InceptionCifar.Chain((3, 192, 3)))),
        ("a3", new InceptionCifar(192, 64, 96, 128, 16, 32, 32)),
        ("b3", new InceptionCifar(256, 128, 128, 192, 32, 96, 64)),
        ("pool3", new MaxPool2d(3, 2, 1)),
        ("a4", new InceptionCifar(480, 192, 96, 208, 16, 48, 64)),
        ("b4", new InceptionCifar(512, 160, 112, 224, 24, 64, 64)),
        ("c4", new InceptionCifar(512, 128, 128, 256, 24, 64, 64)),
        ("d4", new InceptionCifar(512, 112, 144, 288, 32, 64, 64)),
        ("e4", new InceptionCifar(528, 256, 160, 320, 32, 128, 128)),
        ("pool4", new MaxPool2d(3, 2, 1)),
        ("a5", new InceptionCifar(832, 256, 160, 320, 32, 128, 128)),
        ("b5", new InceptionCifar(832, 384, 192, 384, 48, 128, 128)),
        ("mean", new GlobalAvgPool2d()), ("flatten", new Flatten()), ("linear", new Linear(1024, 10)));

    public override Tensor Forward(Tensor input) => chain.Forward(input);
}

/// <summary>The networks of these blocks.</summary>
static class CifarBranches
{
    sealed class DlaNetwork : Module
    {
        readonly Sequential chain;

        public DlaNetwork() => chain = RegisterChain(
            ("base", Plain(3, 16)), ("layer1", Plain(16, 16)), ("layer2", Plain(16, 32)),
            ("layer3", new Tree(32, 64, 1, 1)), ("layer4", new Tree(64, 128, 2, 2)), ("layer5", new Tree(128, 256, 2, 2)),
            ("layer6", new Tree(256, 512, 1, 2)),
            ("mean", new GlobalAvgPool2d()), ("flatten", new Flatten()), ("linear", new Linear(512, 10)));

        static Sequential Plain(int a, int b) => new(Conv(a, b, 3), new BatchNorm2d(b), new ReLU());

        public override Tensor Forward(Tensor input) => chain.Forward(input);
    }

    public static Module Dla() => new DlaNetwork();

    public static Module DenseNetCifar(int growth = 12)
    {
        int a = 2 * growth;
        var stem = Conv(3, a, 3);
        List<(string, Module)> stages = [];
        int[] depths = [6, 12, 24, 16];
        for (int i = 0; i < depths.Length; i++)
        {
            int before = a;
            stages.Add(($"dense{i + 1}", new Sequential(
                Enumerable.Range(0, depths[i]).Select(j => new DenseBottleneck(before + j * growth, growth)))));
            a += depths[i] * growth;
            if (i == depths.Length - 1)
                continue;
            stages.Add(($"trans{i + 1}", new DenseTransition(a, a / 2)));
            a /= 2;
        }

        return new StagedNetwork(stem, false, stages, a, ("bn", new BatchNorm2d(a)), ("relu", new ReLU()));
    }
}
