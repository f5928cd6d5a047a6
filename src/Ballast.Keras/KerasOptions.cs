namespace Ballast;

/// <summary>How weights of Keras go into a network, where the file does not tell or the order of layers is another one.</summary>
public sealed record KerasOptions
{
    /// <summary>For layers of Keras, by their names, the path of the module here that takes their weights:
    /// <c>["conv2d_7"] = "layer2.0.downsample.0"</c>. All others go by their order among layers of their kind. The first half of a separable
    /// convolution is <c>NAME.depthwise</c>, the second <c>NAME.pointwise</c>.</summary>
    public IReadOnlyDictionary<string, string> Modules { get; init; } = new Dictionary<string, string>();

    /// <summary>For layers of Keras, by their names, the number of channels of the picture that they take flattened; 0 for such as take none. Without
    /// it, it follows from the model's description, and of weights alone from the convolution before the layer in the network here.</summary>
    public IReadOnlyDictionary<string, int> FlattenedChannels { get; init; } = new Dictionary<string, int>();
}

/// <summary>What <see cref="KerasFile.Load(Module, string, KerasOptions?)"/> did.</summary>
/// <param name="Layers">The layers of Keras with the module that took the weights of each.</param>
/// <param name="Notes">What is otherwise than in Keras when the network goes on training: a momentum.</param>
public sealed record KerasLoad(IReadOnlyList<(string Layer, string Module)> Layers, IReadOnlyList<string> Notes);
