namespace Ballast.Lab;

/// <summary>A chain of layers as the tutorial's program holds it: under the name <c>layers</c>, so that the keys of its
/// state are <c>layers.1.weight</c> and so on.</summary>
public sealed class Network : Module
{
    /// <summary>Makes a network of layers.</summary>
    public Network(params ReadOnlySpan<Module> layers) => Layers = Register("layers", new Sequential(layers));

    /// <summary>How many outputs a sample has; null where that is not known.</summary>
    public int? Outputs { get; init; }

    /// <summary>The layers.</summary>
    public Sequential Layers { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => Layers.Forward(input);
}
