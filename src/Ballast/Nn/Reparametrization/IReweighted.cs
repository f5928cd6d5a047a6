namespace Ballast;

/// <summary>A layer whose output can be computed with another weight than its own: what <see cref="WeightNorm"/> and
/// <see cref="SpectralNorm"/> take.</summary>
interface IReweighted
{
    /// <summary>The layer's own weight.</summary>
    Parameter Weight { get; }

    /// <summary>b, or null.</summary>
    Parameter? Bias { get; }

    /// <summary>The axis of the weight that its outputs lie on.</summary>
    int OutputAxis { get; }

    /// <summary>The output for an input with another weight of the same shape.</summary>
    Tensor Forward(Tensor input, Tensor weight);

    /// <summary>The layer as what takes another weight.</summary>
    /// <exception cref="ArgumentException">It is none of these layers.</exception>
    static IReweighted Of(string name, Module layer) => layer as IReweighted ?? throw new ArgumentException(
        $"{name}: expected a layer with a weight, Linear or a convolution, got {layer}.");
}
