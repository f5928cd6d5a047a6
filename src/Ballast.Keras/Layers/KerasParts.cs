namespace Ballast;

/// <summary>The kinds of layers here that weights of Keras go into.</summary>
enum KerasTarget
{
    /// <summary>A linear layer.</summary>
    Linear,

    /// <summary>A convolution over one axis.</summary>
    Conv1d,

    /// <summary>A convolution over two axes.</summary>
    Conv2d,

    /// <summary>A convolution over two axes of each channel by itself.</summary>
    Depthwise,

    /// <summary>A convolution over three axes.</summary>
    Conv3d,

    /// <summary>A batch normalization.</summary>
    BatchNorm,

    /// <summary>A layer normalization.</summary>
    LayerNorm,

    /// <summary>A table.</summary>
    Embedding,

    /// <summary>A layer of an LSTM.</summary>
    LSTM,

    /// <summary>A layer of a GRU.</summary>
    GRU,

    /// <summary>A layer of a plain recurrent network.</summary>
    RNN,
}

/// <summary>What becomes the state of one layer here.</summary>
/// <param name="Layer">The layer of Keras.</param>
/// <param name="Target">The kind of layer here.</param>
/// <param name="Name">What its keys begin with where no network gives others.</param>
/// <param name="State">The tensors in the layout they have here, by the keys of such a layer; of recurrent layers without the layer's number.</param>
sealed record KerasPart(KerasLayer Layer, KerasTarget Target, string Name, IReadOnlyDictionary<string, Tensor> State);

/// <summary>Brings a layer's weights into the layout that they have here.</summary>
static class KerasParts
{
    /// <summary>The parts of a layer: none of one without weights, two of a separable convolution.</summary>
    /// <param name="layer">The layer, whose class is known.</param>
    /// <param name="channels">The channels of what it takes flattened, 0 where the order of values is the same here.</param>
    /// <exception cref="InvalidDataException">It is made in a way that no layer here is.</exception>
    public static IEnumerable<KerasPart> Of(KerasLayer layer, int channels)
    {
        if (layer.Weights.Count == 0)
            return [];
        string kind = KerasKinds.Canonical(layer.Kind!);
        switch (kind)
        {
            case "Dense":
                return [Part(layer, KerasTarget.Linear, Biased(layer, Unflattened(Taken(layer, "kernel", 2), 0, channels, layer).Transpose(0, 1)))];
            case "Conv1D":
                return [Part(layer, KerasTarget.Conv1d, Biased(layer, Taken(layer, "kernel", 3).Permute(2, 1, 0)))];
            case "Conv2D":
                var kernel = Taken(layer, "kernel", 4);
                bool each = kernel.Shape[2] == 1 && layer.Number("groups") > 1;
                return [Part(layer, each ? KerasTarget.Depthwise : KerasTarget.Conv2d, Biased(layer, kernel.Permute(3, 2, 0, 1)))];
            case "Conv3D":
                return [Part(layer, KerasTarget.Conv3d, Biased(layer, Taken(layer, "kernel", 5).Permute(4, 3, 0, 1, 2)))];
            case "DepthwiseConv2D":
                return [Part(layer, KerasTarget.Depthwise, Biased(layer, Depthwise(layer)))];
            case "SeparableConv2D":
                return
                [
                    new KerasPart(layer, KerasTarget.Depthwise, $"{layer.Name}.depthwise", State(("weight", Depthwise(layer)))),
                    Part(layer, KerasTarget.Conv2d, Biased(layer, Taken(layer, "pointwise_kernel", 4).Permute(3, 2, 0, 1))) with
                    {
                        Name = $"{layer.Name}.pointwise",
                    },
                ];
            case "BatchNormalization":
                return [Part(layer, KerasTarget.BatchNorm, BatchNormalization(layer, channels))];
            case "LayerNormalization":
                return [Part(layer, KerasTarget.LayerNorm, LayerNormalization(layer, channels))];
            case "Embedding":
                return [Part(layer, KerasTarget.Embedding, State(("weight", Taken(layer, "embeddings", 2))))];
            case "Bidirectional":
                return [KerasRecurrent.Both(layer)];
            default:
                return [KerasRecurrent.One(layer, kind)];
        }
    }

    /// <summary>A weight by its name.</summary>
    /// <exception cref="InvalidDataException">There is none, or one of another rank.</exception>
    public static Tensor Taken(KerasLayer layer, string name, int rank)
    {
        // Keras 3 calls a depthwise kernel so, older versions kernel too.
        var stored = layer.Weights.GetValueOrDefault(name) ?? (name == "depthwise_kernel" ? layer.Weights.GetValueOrDefault("kernel") : null)
            ?? throw new InvalidDataException(
                $"the layer {layer} has no {name}: it has {string.Join(", ", layer.Weights.Keys)}. Save the whole model, by model.save.");
        if (stored.Shape.Length != rank || stored.Length == 0)
        {
            throw new InvalidDataException(
                $"the layer {layer} has a {name} [{string.Join(", ", stored.Shape)}], and {rank} axes were expected. Save the model again.");
        }

        return stored.ToTensor();
    }

    /// <summary>A state of tensors by their keys.</summary>
    public static Dictionary<string, Tensor> State(params (string Key, Tensor Value)[] entries) =>
        entries.ToDictionary(static entry => entry.Key, static entry => entry.Value.Clone());

    static KerasPart Part(KerasLayer layer, KerasTarget target, Dictionary<string, Tensor> state) => new(layer, target, layer.Name, state);

    static Dictionary<string, Tensor> Biased(KerasLayer layer, Tensor weight) =>
        layer.Weights.ContainsKey("bias") ? State(("weight", weight), ("bias", Taken(layer, "bias", 1))) : State(("weight", weight));

    // [H, W, channels, multiplier] to [channels * multiplier, 1, H, W].
    static Tensor Depthwise(KerasLayer layer)
    {
        var kernel = Taken(layer, "depthwise_kernel", 4);
        var (h, w, channels, each) = (kernel.Shape[0], kernel.Shape[1], kernel.Shape[2], kernel.Shape[3]);
        return kernel.Permute(2, 3, 0, 1).Clone().Reshape(channels * each, 1, h, w);
    }

    static Dictionary<string, Tensor> BatchNormalization(KerasLayer layer, int channels)
    {
        Tensor mean = Taken(layer, "moving_mean", 1), variance = Taken(layer, "moving_variance", 1);
        // A normalization that does not scale, or not shift, scales by one and shifts by nothing.
        var gamma = layer.Weights.ContainsKey("gamma") ? Taken(layer, "gamma", 1) : Tensor.Ones(mean.Shape);
        var beta = layer.Weights.ContainsKey("beta") ? Taken(layer, "beta", 1) : Tensor.Zeros(mean.Shape);
        Tensor Ordered(Tensor values) => Unflattened(values, 0, channels, layer);
        return State(("weight", Ordered(gamma)), ("bias", Ordered(beta)), ("running_mean", Ordered(mean)), ("running_var", Ordered(variance)));
    }

    static Dictionary<string, Tensor> LayerNormalization(KerasLayer layer, int channels)
    {
        string known = layer.Weights.ContainsKey("gamma") ? "gamma" : "beta";
        var one = Taken(layer, known, 1);
        var gamma = known == "gamma" ? one : Tensor.Ones(one.Shape);
        var beta = layer.Weights.ContainsKey("beta") ? Taken(layer, "beta", 1) : Tensor.Zeros(one.Shape);
        return State(("weight", Unflattened(gamma, 0, channels, layer)), ("bias", Unflattened(beta, 0, channels, layer)));
    }

    // Rows in the order pixel, channel become rows in the order channel, pixel.
    static Tensor Unflattened(Tensor rows, int axis, int channels, KerasLayer layer)
    {
        int count = rows.Shape[axis];
        if (channels <= 1)
            return rows;
        if (count % channels != 0)
        {
            throw new InvalidDataException(
                $"the layer {layer} takes {count} values, which are not pixels of {channels} channels. "
                    + $"Say how many are flattened before it, by KerasOptions.FlattenedChannels[\"{layer.Name}\"].");
        }

        var order = Tensor.FromInt64([.. Enumerable.Range(0, count).Select(i => (long)(i % (count / channels) * channels + i / (count / channels)))]);
        return rows.IndexSelect(axis, order);
    }
}
