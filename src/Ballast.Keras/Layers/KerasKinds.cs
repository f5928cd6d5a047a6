using System.Text.Json;

namespace Ballast;

/// <summary>The classes of Keras that are known here, and the names of their weights in the order that numbers stand for.</summary>
static class KerasKinds
{
    static readonly Dictionary<string, string[]> Weights = new(StringComparer.Ordinal)
    {
        ["Dense"] = ["kernel", "bias"],
        ["Conv1D"] = ["kernel", "bias"],
        ["Conv2D"] = ["kernel", "bias"],
        ["Conv3D"] = ["kernel", "bias"],
        ["DepthwiseConv2D"] = ["depthwise_kernel", "bias"],
        ["SeparableConv2D"] = ["depthwise_kernel", "pointwise_kernel", "bias"],
        ["BatchNormalization"] = ["gamma", "beta", "moving_mean", "moving_variance"],
        ["LayerNormalization"] = ["gamma", "beta"],
        ["Embedding"] = ["embeddings"],
        ["LSTM"] = ["kernel", "recurrent_kernel", "bias"],
        ["GRU"] = ["kernel", "recurrent_kernel", "bias"],
        ["SimpleRNN"] = ["kernel", "recurrent_kernel", "bias"],
        ["Bidirectional"] = ["kernel", "recurrent_kernel", "bias"],
    };

    /// <summary>The names of all classes, for messages.</summary>
    public static string All { get; } = string.Join(", ", Weights.Keys);

    /// <summary>Whether a class's weights are known.</summary>
    public static bool Has(string? kind) => kind is not null && Weights.ContainsKey(Canonical(kind));

    /// <summary>A class's name without the version and package that older and newer files put to it.</summary>
    public static string Canonical(string kind) => kind[(kind.LastIndexOf('>') + 1)..] switch
    {
        "Convolution1D" => "Conv1D",
        "Convolution2D" => "Conv2D",
        "Convolution3D" => "Conv3D",
        "BatchNormalizationV1" or "BatchNormalizationV2" or "SyncBatchNormalization" => "BatchNormalization",
        "SeparableConvolution2D" => "SeparableConv2D",
        var name => name,
    };

    /// <summary>The class whose name makes a group's; null where it is none that is known.</summary>
    public static string? OfSnake(string stem) => Array.Find([.. Weights.Keys], kind => KerasReading.Snake(kind) == stem);

    /// <summary>The class that weights by these names and shapes are of, where there is one only.</summary>
    public static string? OfWeights(IReadOnlyDictionary<string, StoredTensor> weights)
    {
        if (weights.ContainsKey("forward/kernel"))
            return "Bidirectional";
        if (weights.ContainsKey("moving_mean"))
            return "BatchNormalization";
        if (weights.ContainsKey("embeddings"))
            return "Embedding";
        if (weights.ContainsKey("pointwise_kernel"))
            return weights.GetValueOrDefault("depthwise_kernel")?.Shape.Length == 4 ? "SeparableConv2D" : null;
        if (weights.ContainsKey("depthwise_kernel"))
            return "DepthwiseConv2D";
        if (weights.ContainsKey("gamma") || weights.ContainsKey("beta"))
            return "LayerNormalization";
        if (weights.GetValueOrDefault("recurrent_kernel") is { Shape.Length: 2 } recurrent)
            return recurrent.Shape[1] == 4 * recurrent.Shape[0] ? "LSTM" : recurrent.Shape[1] == 3 * recurrent.Shape[0] ? "GRU" : "SimpleRNN";
        return weights.GetValueOrDefault("kernel")?.Shape.Length switch { 2 => "Dense", 3 => "Conv1D", 4 => "Conv2D", 5 => "Conv3D", _ => null };
    }

    /// <summary>The names of so many weights of a layer, in order; null where they are not known.</summary>
    public static string[]? Names(string kind, int count, JsonElement config)
    {
        if (!Weights.TryGetValue(kind, out string[]? names))
            return null;
        if (names.Length == count || (names[^1] == "bias" && count == names.Length - 1))
            return names[..count];
        // A normalization without a scale or a shift has the others; which one is missing only the description tells.
        if (names[0] != "gamma" || count > names.Length)
            return null;
        bool Off(string setting) => config.ValueKind == JsonValueKind.Object && config.TryGetProperty(setting, out var value)
            && value.ValueKind == JsonValueKind.False;
        bool none = count == names.Length - 2;
        string[] kept = [.. names.Where(name => !(name == "gamma" && (none || Off("scale"))) && !(name == "beta" && (none || Off("center"))))];
        return kept.Length == count ? kept : null;
    }
}
