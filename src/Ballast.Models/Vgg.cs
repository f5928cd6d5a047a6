namespace Ballast;

/// <summary>A network of 3 x 3 convolutions, each with batch normalization and ReLU behind it, and five pools that halve the size; then the
/// mean over 7 x 7 parts of the image and three linear layers with dropout. From [N, C, H, W], of 32 pixels a side or more, to [N, classes].
/// Simonyan &amp; Zisserman 2014, table 1. PyTorch: <c>torchvision.models.VGG</c>, with its state keys <c>features.0</c>, ...,
/// <c>classifier.6</c> and its initial weights.</summary>
public sealed class Vgg : Module
{
    readonly Sequential chain;

    /// <summary>Makes the network and draws its initial weights.</summary>
    /// <param name="convolutions">The convolutions before each of the five pools.</param>
    /// <param name="classes">How many classes it tells apart.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null. Dropout draws from the latter.
    /// </param>
    /// <param name="hidden">The values between the linear layers.</param>
    /// <param name="inChannels">How many channels images have.</param>
    Vgg(ReadOnlySpan<int> convolutions, int classes, Generator? generator, int hidden, int inChannels)
    {
        List<Module> features = [];
        int channels = inChannels;
        for (int stage = 0; stage < convolutions.Length; stage++)
        {
            int outChannels = Math.Min(64 << stage, 512);
            for (int i = 0; i < convolutions[stage]; i++, channels = outChannels)
            {
                features.AddRange(
                    new Conv2d(channels, outChannels, 3, padding: 1, generator: generator), new BatchNorm2d(outChannels), new ReLU());
            }

            features.Add(new MaxPool2d(2));
        }

        chain = RegisterChain(
            ("features", new Sequential(features)),
            ("avgpool", new AdaptiveAvgPool2d(7)),
            ("flatten", new Flatten()),
            ("classifier", new Sequential(
                new Linear(channels * 7 * 7, hidden, generator: generator), new ReLU(), new Dropout(),
                new Linear(hidden, hidden, generator: generator), new ReLU(), new Dropout(),
                new Linear(hidden, classes, generator: generator))));
        InitialWeights.Draw(this, FanMode.FanOut, linear: 0.01, generator);
    }

    /// <summary>11 layers: 1+1+2+2+2 convolutions. PyTorch: <c>vgg11_bn</c>.</summary>
    /// <param name="classes">How many classes it tells apart.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null.</param>
    /// <param name="hidden">The values between the linear layers; torchvision's networks have 4,096.</param>
    /// <param name="inChannels">How many channels images have.</param>
    /// <exception cref="ArgumentException">A size below 1.</exception>
    public static Vgg Vgg11Bn(int classes = 1000, Generator? generator = null, int hidden = 4096, int inChannels = 3) =>
        new([1, 1, 2, 2, 2], classes, generator, hidden, inChannels);

    /// <summary>13 layers: 2+2+2+2+2 convolutions. PyTorch: <c>vgg13_bn</c>.</summary>
    /// <param name="classes">How many classes it tells apart.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null.</param>
    /// <param name="hidden">The values between the linear layers; torchvision's networks have 4,096.</param>
    /// <param name="inChannels">How many channels images have.</param>
    /// <exception cref="ArgumentException">A size below 1.</exception>
    public static Vgg Vgg13Bn(int classes = 1000, Generator? generator = null, int hidden = 4096, int inChannels = 3) =>
        new([2, 2, 2, 2, 2], classes, generator, hidden, inChannels);

    /// <summary>16 layers: 2+2+3+3+3 convolutions. PyTorch: <c>vgg16_bn</c>.</summary>
    /// <param name="classes">How many classes it tells apart.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null.</param>
    /// <param name="hidden">The values between the linear layers; torchvision's networks have 4,096.</param>
    /// <param name="inChannels">How many channels images have.</param>
    /// <exception cref="ArgumentException">A size below 1.</exception>
    public static Vgg Vgg16Bn(int classes = 1000, Generator? generator = null, int hidden = 4096, int inChannels = 3) =>
        new([2, 2, 3, 3, 3], classes, generator, hidden, inChannels);

    /// <summary>19 layers: 2+2+4+4+4 convolutions. PyTorch: <c>vgg19_bn</c>.</summary>
    /// <param name="classes">How many classes it tells apart.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null.</param>
    /// <param name="hidden">The values between the linear layers; torchvision's networks have 4,096.</param>
    /// <param name="inChannels">How many channels images have.</param>
    /// <exception cref="ArgumentException">A size below 1.</exception>
    public static Vgg Vgg19Bn(int classes = 1000, Generator? generator = null, int hidden = 4096, int inChannels = 3) =>
        new([2, 2, 4, 4, 4], classes, generator, hidden, inChannels);

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => chain.Forward(input);
}
