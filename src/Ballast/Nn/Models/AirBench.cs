namespace Ballast;

/// <summary>A network that learns CIFAR-10 in ten epochs (Jordan 2024, "94% on CIFAR-10 in 3.29 Seconds on a Single GPU",
/// section 3): 2 x 2 kernels that whiten the patches of the images, three <see cref="AirBenchBlock"/>s with 64, 256 and 256
/// channels, each at half the size, a pool over what is left, and a linear layer without bias whose logits are divided by 9.
/// From [N, C, H, W] to [N, classes], for images of 25 to 48 pixels a side.</summary>
/// <remarks>The whitening kernels are frozen and come from the training images: call <see cref="Whiten"/> before training.
/// State keys: <c>whiten</c>, <c>block1.conv1</c>, <c>block1.norm1</c>, <c>block1.conv2</c>, <c>block1.norm2</c>, ...,
/// <c>linear</c>. The initial weights of a seed are those of the author's program.</remarks>
public sealed class AirBench : Module
{
    const int WhitenedSize = 2;
    const float LogitScale = 1 / 9f;

    readonly Sequential chain;
    readonly Conv2d whiten;

    /// <summary>Makes the network and draws its initial weights.</summary>
    /// <param name="inChannels">The channels of an image.</param>
    /// <param name="classes">How many classes it tells apart.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null.</param>
    /// <param name="norm">What normalizes; null for batch normalization before the activations, its settings those of
    /// <see cref="AirBenchBlock"/>.</param>
    /// <exception cref="ArgumentException">A size below 1.</exception>
    public AirBench(int inChannels = 3, int classes = 10, Generator? generator = null, NormLayer? norm = null)
    {
        int patch = inChannels * WhitenedSize * WhitenedSize;
        whiten = new Conv2d(inChannels, 2 * patch, WhitenedSize, generator: generator);
        whiten.Bias!.Mutate().Clear();
        Initializers.Dirac(whiten.Weight);
        whiten.Weight.Frozen = true;
        chain = RegisterChain(
            ("whiten", whiten),
            ("gelu", new GELU()),
            ("block1", new AirBenchBlock(2 * patch, 64, generator, norm)),
            ("block2", new AirBenchBlock(64, 256, generator, norm)),
            ("block3", new AirBenchBlock(256, 256, generator, norm)),
            ("pool", new MaxPool2d(3)),
            ("flatten", new Flatten()),
            ("linear", new Linear(256, classes, bias: false, generator: generator)));
    }

    /// <summary>The bias of the whitening layer: [8 C]. The author's program trains it for the first three epochs only.
    /// </summary>
    public Parameter WhitenBias => whiten.Bias!;

    /// <summary>Sets the first layer's kernels so that they whiten the patches of images.</summary>
    /// <param name="images">Some training images as the network will see them, [N, C, H, W]: the author's program takes the
    /// first 5,000.</param>
    /// <param name="epsilon">Added to the eigenvalues of the patches' second moments.</param>
    /// <exception cref="ArgumentException">Not images with the network's channels, none, or smaller than 2 x 2 pixels.</exception>
    public void Whiten(Tensor images, double epsilon = 5e-4)
    {
        var shape = images.Shape;
        Throw.Unless(
            shape.Rank == 4 && shape[0] > 0 && shape[1] == whiten.InChannels && shape[2] >= WhitenedSize && shape[3] >= WhitenedSize,
            $"AirBench.Whiten: expected images [N, {whiten.InChannels}, H, W] of {WhitenedSize} x {WhitenedSize} pixels or more, got {shape}.");
        Throw.Unless(double.IsFinite(epsilon) && epsilon > 0, $"AirBench.Whiten: expected an epsilon above 0, got {epsilon}.");
        Whitening.Compute(images, WhitenedSize, epsilon, whiten.Weight.Mutate());
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => chain.Forward(input) * LogitScale;
}
