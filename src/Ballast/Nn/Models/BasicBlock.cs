namespace Ballast;

/// <summary>relu(body(x) + shortcut(x)): two 3 x 3 convolutions with batch normalization, and a way around them, which is x
/// itself, or where the shape changes a 1 x 1 convolution with batch normalization. He et al. 2015, figure 2. With a
/// <see cref="NormLayer"/> behind the activations it is bn2(relu(...)).
/// PyTorch: torchvision's <c>BasicBlock</c>, with its state keys <c>conv1</c>, <c>bn1</c>, <c>conv2</c>, <c>bn2</c>,
/// <c>downsample.0</c> and <c>downsample.1</c>.</summary>
public sealed class BasicBlock : Module
{
    readonly Sequential body;
    readonly Sequential? end;
    readonly Sequential? downsample;

    /// <summary>Makes the block and draws its initial weights, the shortcut's first.</summary>
    /// <param name="inChannels">The channels of the input.</param>
    /// <param name="outChannels">The channels of the output.</param>
    /// <param name="stride">Pixels from one place of the first kernel to the next.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null.</param>
    /// <param name="norm">What normalizes; batch normalization before the activations when null.</param>
    /// <exception cref="ArgumentException">A size below 1.</exception>
    public BasicBlock(int inChannels, int outChannels, int stride = 1, Generator? generator = null, NormLayer? norm = null)
    {
        norm ??= NormLayer.Published;
        var shortcut = stride == 1 && inChannels == outChannels
            ? null : new Conv2d(inChannels, outChannels, 1, stride, bias: false, generator: generator);
        (string, Module)[] inner =
        [
            ("conv1", new Conv2d(inChannels, outChannels, 3, stride, padding: 1, bias: false, generator: generator)),
            .. norm.Around("bn1", Norm(), "relu", new ReLU()),
            ("conv2", new Conv2d(outChannels, outChannels, 3, padding: 1, bias: false, generator: generator)),
        ];
        (string, Module) last = ("bn2", Norm());
        body = RegisterChain(norm.After ? inner : [.. inner, last]);
        end = norm.After ? RegisterChain(last) : null;
        if (shortcut is not null)
            downsample = Register("downsample", new Sequential(shortcut, Norm()));

        Module Norm() => norm.For(outChannels, static channels => new BatchNorm2d(channels));
    }

    /// <summary>Blocks one behind another, of which the first changes the channels and takes the stride.</summary>
    internal static Sequential Stage(int blocks, int inChannels, int outChannels, int stride, Generator? generator, NormLayer? norm)
    {
        var stage = new Module[blocks];
        for (int i = 0; i < blocks; i++)
            stage[i] = new BasicBlock(i == 0 ? inChannels : outChannels, outChannels, i == 0 ? stride : 1, generator, norm);
        return new Sequential(stage);
    }

    /// <inheritdoc/>
    private protected override bool KeepsNothing => true;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input)
    {
        var inside = body.Forward(input);
        var around = downsample is null ? input : downsample.Forward(input);
        var output = (inside + around).Relu();
        return end is null ? output : end.Forward(output);
    }
}
