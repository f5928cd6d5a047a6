using static Ballast.StrangerTests.Cifar.CifarParts;

namespace Ballast.StrangerTests.Cifar;

/// <summary>LeCun et al. 1998, with ReLU and the largest values of windows.</summary>
sealed class LeNet : Module
{
    readonly Sequential chain;

    public LeNet() => chain = RegisterChain(
        ("conv1", new Conv2d(3, 6, 5)), ("relu1", new ReLU()), ("pool1", new MaxPool2d(2)),
        ("conv2", new Conv2d(6, 16, 5)), ("relu2", new ReLU()), ("pool2", new MaxPool2d(2)), ("flatten", new Flatten()),
        ("fc1", new Linear(400, 120)), ("relu3", new ReLU()), ("fc2", new Linear(120, 84)), ("relu4", new ReLU()), ("fc3", new Linear(84, 10)));

    public override Tensor Forward(Tensor input) => chain.Forward(input);
}

/// <summary>He et al. 2016: normalization and activation before each convolution; with squeeze and excitation it is SENet's.</summary>
sealed class PreActBlock : Module
{
    readonly BatchNorm2d bn1, bn2;
    readonly Conv2d conv1, conv2;
    readonly Sequential? shortcut;
    readonly Conv2d? fc1, fc2;

    public PreActBlock(int inChannels, int outChannels, int stride, bool squeezes)
    {
        bn1 = Register("bn1", new BatchNorm2d(inChannels));
        conv1 = Register("conv1", Conv(inChannels, outChannels, 3, stride));
        bn2 = Register("bn2", new BatchNorm2d(outChannels));
        conv2 = Register("conv2", Conv(outChannels, outChannels, 3));
        if (stride != 1 || inChannels != outChannels)
            shortcut = Register("shortcut", new Sequential(Conv(inChannels, outChannels, 1, stride)));
        if (!squeezes)
            return;
        fc1 = Register("fc1", new Conv2d(outChannels, outChannels / 16, 1));
        fc2 = Register("fc2", new Conv2d(outChannels / 16, outChannels, 1));
    }

    public override Tensor Forward(Tensor input)
    {
        var activated = bn1.Forward(input).Relu();
        var around = shortcut?.Forward(activated) ?? input;
        var output = conv2.Forward(bn2.Forward(conv1.Forward(activated)).Relu());
        if (fc1 is not null)
            output *= fc2!.Forward(fc1.Forward(Mean(output)).Relu()).Sigmoid();
        return output + around;
    }
}

/// <summary>Squeeze and excitation, as RegNet's and EfficientNet's blocks have it.</summary>
sealed class Squeeze : Module
{
    readonly Conv2d se1, se2;
    readonly Func<Tensor, Tensor> activation;

    public Squeeze(int channels, int squeezed, Func<Tensor, Tensor> activation)
    {
        se1 = Register("se1", new Conv2d(channels, squeezed, 1));
        se2 = Register("se2", new Conv2d(squeezed, channels, 1));
        this.activation = activation;
    }

    public override Tensor Forward(Tensor input) => input * se2.Forward(activation(se1.Forward(Mean(input)))).Sigmoid();
}

/// <summary>The block of ResNeXt (Xie et al. 2017) and of RegNet (Radosavovic et al. 2020).</summary>
sealed class GroupBlock : NumberedModule
{
    readonly Func<Tensor, Tensor> first, second, third;
    readonly Squeeze? squeeze;
    readonly Sequential shortcut;

    public GroupBlock(int inChannels, int inside, int outChannels, int stride, int groups, int squeezed = 0)
    {
        first = ConvNormRelu(Conv(inChannels, inside));
        second = ConvNormRelu(Conv(inside, inside, 3, stride, groups));
        if (squeezed > 0)
            squeeze = Register("se", new Squeeze(inside, squeezed, static x => x.Relu()));
        third = ConvNorm(Conv(inside, outChannels));
        shortcut = Register("shortcut", Shortcut(inChannels, outChannels, stride));
    }

    public override Tensor Forward(Tensor input)
    {
        var output = second(first(input));
        return (third(squeeze?.Forward(output) ?? output) + shortcut.Forward(input)).Relu();
    }
}

/// <summary>Chen et al. 2017: some channels are added, as residual networks do, and some appended, as dense ones do.</summary>
sealed class DualPathBlock : NumberedModule
{
    readonly Func<Tensor, Tensor> first, second, third;
    readonly Sequential shortcut;
    readonly int added;

    public DualPathBlock(int inChannels, int inside, int outChannels, int dense, int stride, bool isFirst)
    {
        added = outChannels;
        first = ConvNormRelu(Conv(inChannels, inside));
        second = ConvNormRelu(Conv(inside, inside, 3, stride, 32));
        third = ConvNorm(Conv(inside, outChannels + dense));
        shortcut = Register("shortcut", isFirst
            ? new Sequential(Conv(inChannels, outChannels + dense, 1, stride), new BatchNorm2d(outChannels + dense)) : new Sequential());
    }

    public override Tensor Forward(Tensor input)
    {
        var output = third(second(first(input)));
        var around = shortcut.Forward(input);
        return Tensor.Concat(
            [around[.., ..added] + output[.., ..added], around[.., added..], output[.., added..]], axis: 1).Relu();
    }
}

/// <summary>The networks of these blocks.</summary>
static class CifarResidual
{
    public static Module PreActResNet18(bool squeezes = false) => new StagedNetwork(
        Conv(3, 64, 3), squeezes, Stages(64, [(2, 64, 1), (2, 128, 2), (2, 256, 2), (2, 512, 2)],
            (a, b, stride) => new PreActBlock(a, b, stride, squeezes)), 512);

    public static Module ResNeXt29(int groups = 2, int width = 64) => new StagedNetwork(
        Conv(3, 64), true, Stages(64, [(3, 2 * groups * width, 1), (3, 4 * groups * width, 2), (3, 8 * groups * width, 2)],
            (a, b, stride) => new GroupBlock(a, b / 2, b, stride, groups)), 8 * groups * width);

    public static Module RegNetY400() => new StagedNetwork(
        Conv(3, 64, 3), true, Stages(64, [(1, 32, 1), (2, 64, 1), (7, 160, 2), (12, 384, 2)],
            static (a, b, stride) => new GroupBlock(a, b, b, stride, b / 16, (int)Math.Round(a * 0.25))), 384);

    public static Module Dpn26()
    {
        int a = 64;
        var stem = Conv(3, a, 3);
        List<(string, Module)> stages = [];
        foreach (var (inside, b, dense) in new[] { (96, 256, 16), (192, 512, 32), (384, 1024, 24), (768, 2048, 128) })
        {
            var first = new DualPathBlock(a, inside, b, dense, stages.Count > 0 ? 2 : 1, isFirst: true);
            var second = new DualPathBlock(b + 2 * dense, inside, b, dense, 1, isFirst: false);
            stages.Add(($"layer{stages.Count + 1}", new Sequential(first, second)));
            a = b + 3 * dense;
        }

        return new StagedNetwork(stem, true, stages, a);
    }

    /// <summary>Stages of blocks, of which the first of each changes the channels and takes the stride.</summary>
    static IEnumerable<(string, Module)> Stages(
        int channels, (int Blocks, int Channels, int Stride)[] stages, Func<int, int, int, Module> block)
    {
        for (int i = 0; i < stages.Length; i++)
        {
            var blocks = new Module[stages[i].Blocks];
            for (int j = 0; j < blocks.Length; j++, channels = stages[i].Channels)
                blocks[j] = block(channels, stages[i].Channels, j == 0 ? stages[i].Stride : 1);
            yield return ($"layer{i + 1}", new Sequential(blocks));
        }
    }
}
