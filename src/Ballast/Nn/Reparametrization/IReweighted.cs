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

    /// <summary>Whether the layer changes its weight in place, so that it can have no other.</summary>
    bool ChangesWeight => false;

    /// <summary>The output for an input with another weight of the same shape.</summary>
    Tensor Forward(Tensor input, Tensor weight);

    /// <summary>The layer as what takes another weight.</summary>
    /// <exception cref="ArgumentException">It is none of these layers.</exception>
    static IReweighted Of(string name, Module layer)
    {
        Throw.Unless(layer is not IReweighted { ChangesWeight: true },
            $"{name}: {layer} changes its weight in place, which would be computed anew in each pass. Leave its maxNorm out.");
        return layer as IReweighted ?? throw new ArgumentException(
            $"{name}: expected a layer with a weight, Linear, Bilinear, Embedding or a convolution, got {layer}.");
    }

    /// <summary>The output for two inputs with another weight.</summary>
    /// <exception cref="InvalidOperationException">The layer takes one.</exception>
    static Tensor Forward(Module module, IReweighted layer, Tensor first, Tensor second, Tensor weight)
    {
        if (layer is not IReweightedPair)
            Throw.InvalidOperation($"{module} has one input, got two, {first.Shape} and {second.Shape}. Call Forward(input).");
        return ((IReweightedPair)layer).Forward(first, second, weight);
    }
}

/// <summary>The same of a layer with two inputs.</summary>
interface IReweightedPair : IReweighted
{
    /// <summary>The output for two inputs with another weight of the same shape.</summary>
    Tensor Forward(Tensor first, Tensor second, Tensor weight);
}
