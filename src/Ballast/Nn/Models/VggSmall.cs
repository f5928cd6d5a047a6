namespace Ballast;

/// <summary>A small network in the manner of VGG (Simonyan &amp; Zisserman 2014): five 3 x 3 convolutions to 32, 32, 64, 64 and
/// 128 channels, each with batch normalization and ReLU behind it, a pool behind every second; then the mean over the image
/// and one value for each class. From [N, C, H, W] to [N, classes], for images of 4 x 4 pixels or more.</summary>
/// <remarks>State keys, as torchvision's VGG has them: <c>features.0</c>, <c>3</c>, <c>7</c>, <c>10</c> and <c>14</c> are
/// convolutions, <c>features.1</c>, <c>4</c>, <c>8</c>, <c>11</c> and <c>15</c> normalize, <c>classifier</c> is linear.
/// </remarks>
public sealed class VggSmall : Module
{
    readonly Sequential chain;

    /// <summary>Makes the network and draws its initial weights.</summary>
    /// <param name="inChannels">The channels of an image.</param>
    /// <param name="classes">How many classes it tells apart.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null.</param>
    /// <exception cref="ArgumentException">A size below 1.</exception>
    public VggSmall(int inChannels = 3, int classes = 10, Generator? generator = null) =>
        chain = RegisterChain(
            ("features", new Sequential(
                Convolution(inChannels, 32, generator), new BatchNorm2d(32), new ReLU(),
                Convolution(32, 32, generator), new BatchNorm2d(32), new ReLU(),
                new MaxPool2d(2),
                Convolution(32, 64, generator), new BatchNorm2d(64), new ReLU(),
                Convolution(64, 64, generator), new BatchNorm2d(64), new ReLU(),
                new MaxPool2d(2),
                Convolution(64, 128, generator), new BatchNorm2d(128), new ReLU())),
            ("avgpool", new GlobalAvgPool2d()),
            ("flatten", new Flatten()),
            ("classifier", new Linear(128, classes, generator: generator)));

    // Without bias: the normalization behind it takes any constant away.
    static Conv2d Convolution(int inChannels, int outChannels, Generator? generator) =>
        new(inChannels, outChannels, 3, padding: 1, bias: false, generator: generator);

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => chain.Forward(input);
}
