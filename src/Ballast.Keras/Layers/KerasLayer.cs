using System.Text.Json;

namespace Ballast;

/// <summary>A layer of Keras: its class, what it was made with, and its weights by their names in Keras.</summary>
/// <param name="Name">Its name; within another model with that one's before it.</param>
/// <param name="Kind">Its class, <c>Conv2D</c>; null where the file does not tell.</param>
/// <param name="Config">What it was made with; undefined where the file does not tell.</param>
/// <param name="Weights">Its weights: <c>kernel</c>, of both directions <c>forward/kernel</c>; numbers where the class is none that is known.</param>
/// <param name="Inputs">The layers whose results it takes; null where the file does not tell.</param>
sealed record KerasLayer(
    string Name, string? Kind, JsonElement Config, IReadOnlyDictionary<string, StoredTensor> Weights, IReadOnlyList<string>? Inputs)
{
    /// <summary>A setting as text; null where there is none.</summary>
    public string? Text(string name) =>
        Setting(name) is { ValueKind: JsonValueKind.String } value ? value.GetString()
            // Newer files have an activation as an object with its name in it.
            : Setting(name) is { ValueKind: JsonValueKind.Object } nested && nested.TryGetProperty("config", out var inner)
                && inner.ValueKind == JsonValueKind.String ? inner.GetString() : null;

    /// <summary>A setting as a number; null where there is none.</summary>
    public double? Number(string name) =>
        Setting(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetDouble(out double number) ? number : null;

    /// <summary>A setting as a truth value; null where there is none.</summary>
    public bool? Flag(string name) =>
        Setting(name) is { ValueKind: JsonValueKind.True or JsonValueKind.False } value ? value.GetBoolean() : null;

    /// <summary>A setting as it is; undefined where there is none.</summary>
    public JsonElement Setting(string name) =>
        Config.ValueKind == JsonValueKind.Object && Config.TryGetProperty(name, out var value) ? value : default;

    /// <summary>The layer within a wrapper, by the setting that has it, with its share of the weights.</summary>
    public KerasLayer Inner(string setting, string prefix)
    {
        var wrapped = Setting(setting);
        string? kind = Member(wrapped, "class_name") is { ValueKind: JsonValueKind.String } name ? name.GetString() : null;
        var own = Weights.Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal))
            .ToDictionary(entry => entry.Key[prefix.Length..], static entry => entry.Value);
        return new KerasLayer(Name, kind, Member(wrapped, "config"), own, Inputs);
    }

    static JsonElement Member(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var member) ? member : default;

    /// <summary>A layer in words: <c>"dense" (Dense)</c>.</summary>
    public override string ToString() => Kind is null ? $"\"{Name}\"" : $"\"{Name}\" ({Kind})";
}
