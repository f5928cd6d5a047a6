namespace Ballast;

/// <summary>The residual network of 20 layers for small images: a 3 x 3 convolution to 16 channels, three stages of three
/// <see cref="BasicBlock"/>s with 16, 32 and 64 channels, each stage after the first at half the size; then the mean over the
/// image and one value for each class. From [N, C, H, W] to [N, classes]. He et al. 2015, section 4.2.</summary>
/// <remarks>Where the shape changes the shortcut is a 1 x 1 convolution with batch normalization (the paper's option B; on
/// CIFAR-10 it used option A, which pads with zeros). State keys are torchvision's: <c>conv1</c>, <c>bn1</c>,
/// <c>layer1.0.conv1</c>, ..., <c>layer3.2.bn2</c>, <c>fc</c>; so are the initial weights, <c>kaiming_normal_</c> over the
/// outputs.</remarks>
public sealed class ResNet20 : Module
{
    readonly Sequential chain;

    /// <summary>Makes the network and draws its initial weights.</summary>
    /// <param name="inChannels">The channels of an image.</param>
    /// <param name="classes">How many classes it tells apart.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null.</param>
    /// <param name="norm">What normalizes; batch normalization before the activations when null.</param>
    /// <exception cref="ArgumentException">A size below 1.</exception>
    public ResNet20(int inChannels = 3, int classes = 10, Generator? generator = null, NormLayer? norm = null)
    {
        norm ??= NormLayer.Published;
        chain = RegisterChain([
            ("conv1", new Conv2d(inChannels, 16, 3, padding: 1, bias: false, generator: generator)),
            .. norm.Around("bn1", norm.For(16, static channels => new BatchNorm2d(channels)), "relu", new ReLU()),
            ("layer1", BasicBlock.Stage(3, 16, 16, 1, generator, norm)),
            ("layer2", BasicBlock.Stage(3, 16, 32, 2, generator, norm)),
            ("layer3", BasicBlock.Stage(3, 32, 64, 2, generator, norm)),
            ("avgpool", new GlobalAvgPool2d()),
            ("flatten", new Flatten()),
            ("fc", new Linear(64, classes, generator: generator))]);
        ResNet18.DrawConvolutions(this, generator);
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => chain.Forward(input);
}
