namespace Ballast;

/// <summary>The residual network of 18 layers for images of about 224 x 224 pixels: a 7 x 7 convolution to 64 channels at half
/// the size, a pool that halves it again, four stages of two <see cref="BasicBlock"/>s with 64, 128, 256 and 512 channels,
/// each stage after the first at half the size; then the mean over the image and one value for each class. From
/// [N, C, H, W] to [N, classes]. He et al. 2015, table 1. PyTorch: <c>torchvision.models.resnet18</c>, with its state keys and
/// its initial weights.</summary>
/// <remarks>It takes smaller images too, but divides their size by 32: of 32 x 32 pixels one is left. <see cref="ResNet20"/> is
/// made for those.</remarks>
public sealed class ResNet18 : Module
{
    readonly Sequential chain;

    /// <summary>Makes the network and draws its initial weights.</summary>
    /// <param name="inChannels">The channels of an image.</param>
    /// <param name="classes">How many classes it tells apart; ImageNet has 1,000.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null.</param>
    /// <param name="norm">What normalizes; batch normalization before the activations when null.</param>
    /// <exception cref="ArgumentException">A size below 1.</exception>
    public ResNet18(int inChannels = 3, int classes = 1000, Generator? generator = null, NormLayer? norm = null)
    {
        norm ??= NormLayer.Published;
        chain = RegisterChain([
            ("conv1", new Conv2d(inChannels, 64, 7, stride: 2, padding: 3, bias: false, generator: generator)),
            .. norm.Around("bn1", norm.For(64, static channels => new BatchNorm2d(channels)), "relu", new ReLU()),
            ("maxpool", new MaxPool2d(3, stride: 2, padding: 1)),
            ("layer1", BasicBlock.Stage(2, 64, 64, 1, generator, norm)),
            ("layer2", BasicBlock.Stage(2, 64, 128, 2, generator, norm)),
            ("layer3", BasicBlock.Stage(2, 128, 256, 2, generator, norm)),
            ("layer4", BasicBlock.Stage(2, 256, 512, 2, generator, norm)),
            ("avgpool", new GlobalAvgPool2d()),
            ("flatten", new Flatten()),
            ("fc", new Linear(512, classes, generator: generator))]);
        DrawConvolutions(this, generator);
    }

    /// <summary>Draws the weights of all convolutions once more, as torchvision does when a network is complete: a seed then
    /// gives the same ones.</summary>
    internal static void DrawConvolutions(Module network, Generator? generator)
    {
        foreach (var convolution in network.NamedModules().Select(static part => part.Module).OfType<Conv2d>())
        {
            int fanOut = convolution.OutChannels * convolution.KernelSize[0] * convolution.KernelSize[1];
            Initializers.KaimingNormal(generator ?? Generator.Default, convolution.Weight.Mutate(), fanOut);
        }
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => chain.Forward(input);
}
