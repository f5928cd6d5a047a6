using System.Text.Json;

namespace Ballast;

/// <summary>A model's description as Keras writes it: its layers in order, and what each takes.</summary>
sealed class KerasGraph
{
    /// <summary>Reads a description; none gives no layers.</summary>
    /// <param name="config">The model's settings, with a list of layers.</param>
    /// <param name="prefix">What the layers' names begin with here.</param>
    /// <param name="outer">What the model takes, within another one.</param>
    public KerasGraph(JsonElement config, string prefix, IReadOnlyList<string> outer)
    {
        // The first files had the list itself.
        var list = config.ValueKind == JsonValueKind.Array ? config : Member(config, "layers");
        if (list.ValueKind != JsonValueKind.Array)
            return;
        bool isGraph = list.EnumerateArray().Any(static layer => Member(layer, "inbound_nodes").ValueKind == JsonValueKind.Array);
        foreach (var layer in list.EnumerateArray())
        {
            var settings = Member(layer, "config");
            string kind = Text(Member(layer, "class_name")) ?? "";
            string name = prefix + (Text(Member(layer, "name")) ?? Text(Member(settings, "name")) ?? kind);
            List<string> inputs = [];
            if (isGraph)
                Histories(Member(layer, "inbound_nodes"), prefix, inputs, 0);
            else if (Layers.Count > 0)
                inputs.Add(Layers[^1].Name);
            if (inputs.Count == 0)
                inputs.AddRange(outer);
            Layers.Add((name, kind, settings, inputs, null));
        }
    }

    /// <summary>The layers in order; the place of a group where it is told otherwise than by the class.</summary>
    public List<(string Name, string Kind, JsonElement Config, IReadOnlyList<string>? Inputs, string? Group)> Layers { get; } = [];

    // Whatever the version, a result is told by a list of a layer's name and two numbers.
    static void Histories(JsonElement value, string prefix, List<string> inputs, int depth)
    {
        if (depth > 16)
            return;
        if (value.ValueKind == JsonValueKind.Array)
        {
            if (value.GetArrayLength() >= 3 && value[0].ValueKind == JsonValueKind.String && value[1].ValueKind == JsonValueKind.Number
                && value[2].ValueKind == JsonValueKind.Number)
            {
                inputs.Add(prefix + value[0].GetString());
                return;
            }

            foreach (var item in value.EnumerateArray())
                Histories(item, prefix, inputs, depth + 1);
        }
        else if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in value.EnumerateObject())
                Histories(member.Value, prefix, inputs, depth + 1);
        }
    }

    static JsonElement Member(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var member) ? member : default;

    static string? Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
