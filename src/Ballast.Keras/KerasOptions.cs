namespace Ballast;

/// <summary>How weights of Keras go into a network, where the file does not tell or the order of layers is another one.</summary>
public sealed record KerasOptions
{
    /// <summary>For layers of Keras, by their names, the path of the module here that takes their weights:
    /// <c>["conv2d_7"] = "layer2.0.downsample.0"</c>. All others go by their order among layers of their kind. The first half of a separable
    /// convolution is <c>NAME.depthwise</c>, the second <c>NAME.pointwise</c>.</summary>
    public IReadOnlyDictionary<string, string> Modules { get; init; } = new Dictionary<string, string>();

    /// <summary>For layers of Keras, by their names, or when a file is written for modules here, by their paths, the number of channels of the
    /// picture that they take flattened; 0 for such as take none. Without it, it follows from the model's description, and of weights alone from
    /// the network here: see <see cref="SampleShape"/>.</summary>
    public IReadOnlyDictionary<string, int> FlattenedChannels { get; init; } = new Dictionary<string, int>();

    /// <summary>The shape of one sample, channels first, <c>[3, 32, 32]</c>: of weights alone the network is run once to see what it flattens. Null
    /// takes the last convolution before a layer for what is flattened, which is wrong where several come together.</summary>
    public Shape? SampleShape { get; init; }
}

/// <summary>What <see cref="KerasFile.Load(Module, string, KerasOptions?)"/> did.</summary>
/// <param name="Layers">The layers of Keras with the module that took the weights of each.</param>
/// <param name="Notes">What is otherwise than in Keras when the network goes on training: a momentum.</param>
public sealed record KerasLoad(IReadOnlyList<(string Layer, string Module)> Layers, IReadOnlyList<string> Notes);

/// <summary>What <see cref="KerasFile.Save"/> did.</summary>
/// <param name="Layers">The layers of Keras, under the names that Keras gives by itself, with the module that each was made of.</param>
/// <param name="Notes">How layers have to be made in Keras to give the same: an epsilon.</param>
public sealed record KerasSave(IReadOnlyList<(string Layer, string Module)> Layers, IReadOnlyList<string> Notes);
