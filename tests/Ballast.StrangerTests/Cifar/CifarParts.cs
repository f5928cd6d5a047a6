namespace Ballast.StrangerTests.Cifar;

/// <summary>What the networks for CIFAR share.</summary>
static class CifarParts
{
    public static Conv2d Conv(int inChannels, int outChannels, int kernel = 1, int stride = 1, int groups = 1) =>
        new(inChannels, outChannels, kernel, stride, padding: kernel / 2, groups: groups, bias: false);

    /// <summary>A way around a block: nothing where the shape stays.</summary>
    public static Sequential Shortcut(int inChannels, int outChannels, int stride) => stride == 1 && inChannels == outChannels
        ? new Sequential() : new Sequential(Conv(inChannels, outChannels, 1, stride), new BatchNorm2d(outChannels));

    public static Tensor Mean(Tensor images) => images.Mean([2, 3], keepAxes: true);
}

/// <summary>conv1 and bn1, conv2 and bn2, ..., as many networks name them.</summary>
abstract class NumberedModule : Module
{
    int numbers;

    protected Func<Tensor, Tensor> ConvNorm(Conv2d convolution)
    {
        numbers++;
        var chain = RegisterChain(
            ($"conv{numbers}", convolution), ($"bn{numbers}", new BatchNorm2d(convolution.OutChannels)));
        return chain.Forward;
    }

    protected Func<Tensor, Tensor> ConvNormRelu(Conv2d convolution)
    {
        numbers++;
        var chain = RegisterChain(
            ($"conv{numbers}", convolution), ($"bn{numbers}", new BatchNorm2d(convolution.OutChannels)), ($"relu{numbers}", new ReLU()));
        return chain.Forward;
    }
}

/// <summary>A network of a stem, numbered stages, a mean over what is left of the image, and a linear layer.</summary>
sealed class StagedNetwork : NumberedModule
{
    readonly Func<Tensor, Tensor>? stem;
    readonly Sequential chain;
    readonly Linear linear;

    public StagedNetwork(
        Conv2d stem, bool normalizes, IEnumerable<(string Name, Module Stage)> stages, int features, params ReadOnlySpan<(string, Module)> end)
    {
        if (normalizes)
            this.stem = ConvNormRelu(stem);
        List<(string, Module)> parts = normalizes ? [] : [("conv1", stem)];
        parts.AddRange(stages.Select(static stage => (stage.Name, stage.Stage)));
        parts.AddRange(end);
        chain = RegisterChain([.. parts]);
        linear = Register("linear", new Linear(features, 10));
    }

    public override Tensor Forward(Tensor input)
    {
        var features = CifarParts.Mean(chain.Forward(stem?.Invoke(input) ?? input)).Flatten(1);
        return linear.Forward(features);
    }
}
