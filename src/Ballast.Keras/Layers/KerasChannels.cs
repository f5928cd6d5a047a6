using System.Text.Json;

namespace Ballast;

/// <summary>Follows a model's description back from a layer to what it flattens. Keras has channels last: the values of a picture that is flattened
/// come pixel by pixel, and here channel by channel.</summary>
sealed class KerasChannels(IReadOnlyList<KerasLayer> layers)
{
    const int MostSteps = 1000;

    readonly Dictionary<string, KerasLayer> byName = layers.GroupBy(static layer => layer.Name)
        .ToDictionary(static layer => layer.Key, static layer => layer.Last());

    int steps;

    /// <summary>The number of channels of what a layer takes flattened; 0 where it takes nothing flattened, or where the order of values is the same
    /// here; null where the description does not tell.</summary>
    public int? Flattened(KerasLayer layer)
    {
        steps = 0;
        return Before(layer);
    }

    /// <summary>The same of weights alone: 0 where some layer gives as many values as this one takes, or where they are pixels of no convolution's
    /// channels; else null, for they may be a flattened picture.</summary>
    public static int? OfWeights(KerasLayer layer, IReadOnlyList<KerasLayer> layers)
    {
        long count = layer.Weights.Values.First().Shape is [var first, ..] ? first : 0;
        List<long> channels = [], widths = [];
        bool isBefore = true;
        foreach (var other in layers.Where(static other => KerasKinds.Has(other.Kind)))
        {
            isBefore &= other != layer;
            switch (KerasKinds.Canonical(other.Kind!))
            {
                case "Conv1D" or "Conv2D" or "Conv3D" or "SeparableConv2D" or "DepthwiseConv2D":
                    long each = other.Weights.GetValueOrDefault("pointwise_kernel") is { Shape: [.., var mixed] } ? mixed
                        : other.Weights.GetValueOrDefault("depthwise_kernel") is { Shape: [.., var of, var times] } ? of * times
                        : other.Weights.GetValueOrDefault("kernel") is { Shape: [.., var outs] } ? outs : 0;
                    channels.Add(each);
                    widths.Add(each);
                    break;
                case "Dense" when isBefore && other.Weights.GetValueOrDefault("kernel") is { Shape: [_, var units] }:
                    widths.Add(units);
                    break;
            }
        }

        return widths.Contains(count) || !channels.Exists(each => each > 1 && count > each && count % each == 0) ? 0 : null;
    }

    // What a layer takes, through such as let values pass, up to where they are flattened.
    int? Before(KerasLayer layer)
    {
        if (++steps > MostSteps || layer.Inputs is not [string name, ..])
            return layer.Inputs is null ? null : 0;
        if (Of(name) is not { Kind: { } kind } input)
            return null;
        return KerasKinds.Canonical(kind) switch
        {
            "Flatten" => Source(input, input.Text("data_format") is "channels_first"),
            "Reshape" or "Permute" => Maps(input) is 0 ? 0 : null,
            "BatchNormalization" or "LayerNormalization" or "Activation" or "ReLU" or "LeakyReLU" or "ELU" or "Softmax" or "Dropout" or "AlphaDropout"
                or "GaussianNoise" or "GaussianDropout" => Before(input),
            _ => 0,
        };
    }

    // The channels of what a flattening layer takes.
    int? Source(KerasLayer flatten, bool turns) => Maps(flatten, turns);

    // The channels of a layer's inputs where these are pictures or sequences of convolutions; 0 where they are none.
    int? Maps(KerasLayer layer, bool turns = false) =>
        layer.Inputs is [string name, ..] ? Map(name, turns) : layer.Inputs is null ? null : 0;

    int? Map(string name, bool turns)
    {
        if (++steps > MostSteps || Of(name) is not { Kind: { } named } layer)
            return null;
        string kind = KerasKinds.Canonical(named);
        switch (kind)
        {
            case "Conv1D" or "Conv2D" or "Conv3D" or "SeparableConv2D" or "DepthwiseConv2D":
                bool first = layer.Text("data_format") == "channels_first";
                int channels = Channels(layer);
                return first == turns ? channels : first ? 0 : null;
            case "Dense" or "Embedding" or "LSTM" or "GRU" or "SimpleRNN" or "Bidirectional" or "Flatten"
                or "GlobalAveragePooling1D" or "GlobalAveragePooling2D" or "GlobalAveragePooling3D"
                or "GlobalMaxPooling1D" or "GlobalMaxPooling2D" or "GlobalMaxPooling3D":
                return 0;
            case "InputLayer":
                var shape = layer.Setting("batch_shape") is { ValueKind: JsonValueKind.Array } now ? now : layer.Setting("batch_input_shape");
                if (layer.Inputs is [string outer, ..])
                    return Map(outer, turns);
                if (shape.ValueKind != JsonValueKind.Array)
                    return null;
                int rank = shape.GetArrayLength();
                return rank < 4 ? 0 : shape[rank - 1].ValueKind == JsonValueKind.Number && shape[rank - 1].TryGetInt32(out int last) ? last : null;
            case "Concatenate":
                int sum = 0;
                foreach (string input in layer.Inputs ?? [])
                {
                    if (Map(input, turns) is not { } part)
                        return null;
                    sum += part;
                }

                return sum;
            case "BatchNormalization" or "LayerNormalization" or "Activation" or "ReLU" or "LeakyReLU" or "PReLU" or "ELU" or "Softmax" or "Dropout"
                or "SpatialDropout1D" or "SpatialDropout2D" or "SpatialDropout3D" or "AlphaDropout" or "GaussianNoise" or "GaussianDropout"
                or "MaxPooling1D" or "MaxPooling2D" or "MaxPooling3D" or "AveragePooling1D" or "AveragePooling2D" or "AveragePooling3D"
                or "ZeroPadding1D" or "ZeroPadding2D" or "ZeroPadding3D" or "Cropping1D" or "Cropping2D" or "Cropping3D"
                or "UpSampling1D" or "UpSampling2D" or "UpSampling3D" or "Rescaling" or "Add" or "Subtract" or "Multiply" or "Average" or "Maximum"
                or "Minimum":
                return layer.Inputs is [] or null ? First(layer) : Maps(layer, turns);
            default:
                return null;
        }
    }

    // The first layer of a model may have the input's shape in its own settings.
    static int? First(KerasLayer layer) => layer.Setting("batch_input_shape") is { ValueKind: JsonValueKind.Array } shape
        && shape.GetArrayLength() is >= 4 and int rank && shape[rank - 1].ValueKind == JsonValueKind.Number
        && shape[rank - 1].TryGetInt32(out int last) ? last : null;

    static int Channels(KerasLayer layer)
    {
        foreach (string name in new[] { "pointwise_kernel", "kernel" })
        {
            if (layer.Weights.TryGetValue(name, out var kernel) && kernel.Shape.Length > 2)
                return (int)Math.Min(kernel.Shape[^1], int.MaxValue);
        }

        return layer.Weights.TryGetValue("depthwise_kernel", out var own) && own.Shape.Length == 4
            ? (int)Math.Min(own.Shape[2] * own.Shape[3], int.MaxValue) : 0;
    }

    // A model within another one stands for its last layer.
    KerasLayer? Of(string name) => byName.GetValueOrDefault(name)
        ?? layers.LastOrDefault(layer => layer.Name.StartsWith($"{name}.", StringComparison.Ordinal));
}
