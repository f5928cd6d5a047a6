namespace Ballast;

/// <summary>The tutorial's network: images flattened to one axis, two hidden layers of 64 and 32 with batch normalization and
/// ReLU, one value for each class. From [N, ...] to [N, classes].</summary>
/// <remarks>State keys: <c>layers.1</c>, <c>layers.4</c> and <c>layers.7</c> are linear, <c>layers.2</c> and <c>layers.5</c>
/// normalize.</remarks>
public sealed class Mlp : Module
{
    readonly Sequential layers;

    /// <summary>Makes the network and draws its initial weights.</summary>
    /// <param name="inFeatures">The values of one sample.</param>
    /// <param name="classes">How many classes it tells apart.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null.</param>
    /// <exception cref="ArgumentException">A size below 1.</exception>
    public Mlp(int inFeatures = 3 * 32 * 32, int classes = 10, Generator? generator = null) =>
        layers = Register("layers", new Sequential(
            new Flatten(),
            new Linear(inFeatures, 64, generator: generator), new BatchNorm1d(64), new ReLU(),
            new Linear(64, 32, generator: generator), new BatchNorm1d(32), new ReLU(),
            new Linear(32, classes, generator: generator)));

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => layers.Forward(input);
}
