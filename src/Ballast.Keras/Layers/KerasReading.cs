using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Ballast;

/// <summary>Makes the list of a model's layers of what a file of Keras holds, in any of the layouts: whole models and weights alone, of Keras 2
/// and 3.</summary>
static partial class KerasReading
{
    const int Deepest = 16;

    /// <summary>The layers that have weights, and of a file with the model's description all others too, in the model's order.</summary>
    /// <exception cref="InvalidDataException">The groups are not those that Keras writes, or do not belong to the description.</exception>
    public static List<KerasLayer> Layers(HdfGroup root, JsonElement config, string path)
    {
        List<KerasLayer> layers = [];
        var weights = root.Find("model_weights") ?? root;
        if (weights.List("layer_names") is { Count: > 0 } names)
            new Legacy(weights, path).Add(layers, names, config);
        else if (Container(root) is not null)
            Add(layers, root, config, "", [], 0);
        else
            throw new InvalidDataException($"{path}: this HDF5 file is none that Keras wrote: it has neither layer_names nor a group of layers.");
        return layers;
    }

    // The group of a model's layers; 2.13 called it otherwise.
    static HdfGroup? Container(HdfGroup group) => group.Find("layers") ?? group.Find("_layer_checkpoint_dependencies");

    // Keras 3: groups by class and number, weights by number.
    static void Add(List<KerasLayer> layers, HdfGroup model, JsonElement config, string prefix, IReadOnlyList<string> outer, int depth)
    {
        if (depth > Deepest || Container(model) is not { } container)
            return;
        Dictionary<string, int> used = [];
        KerasGraph graph = new(config, prefix, outer);
        foreach (var told in graph.Layers.Count > 0 ? graph.Layers : [.. Guessed(container)])
        {
            string stem = Snake(told.Kind);
            int number = used[stem] = used.GetValueOrDefault(stem, -1) + 1;
            string place = told.Group ?? Place(stem, number);
            var group = container.Groups.GetValueOrDefault(place);
            if (group is not null && Container(group) is not null)
            {
                Add(layers, group, told.Config, $"{told.Name}.", told.Inputs ?? [], depth + 1);
                continue;
            }

            Dictionary<string, StoredTensor> weights = [];
            if (group is not null)
                Named(group, "", KerasKinds.Canonical(told.Kind), told.Config, weights);
            layers.Add(new KerasLayer(told.Name, told.Kind, told.Config, weights, told.Inputs));
        }
    }

    // Weights alone tell no order between classes; within one it is the number's.
    static IEnumerable<(string Name, string Kind, JsonElement Config, IReadOnlyList<string>? Inputs, string? Group)> Guessed(HdfGroup container) =>
        from entry in container.Groups
        let match = Numbered().Match(entry.Key)
        let number = match.Success ? int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture) : 0
        let stem = match.Success ? match.Groups[1].Value : entry.Key
        orderby stem, number
        select (NameOf(entry.Value) ?? entry.Key, KerasKinds.OfSnake(stem) ?? stem, default(JsonElement), (IReadOnlyList<string>?)null,
            (string?)entry.Key);

    static string? NameOf(HdfGroup group) =>
        group.Find("vars")?.Texts.GetValueOrDefault("name") is [{ Length: > 0 } name] ? name : null;

    static void Named(HdfGroup group, string prefix, string kind, JsonElement config, Dictionary<string, StoredTensor> weights)
    {
        var own = group.Find("vars")?.Tensors;
        if (own is { Count: > 0 })
        {
            string[]? names = KerasKinds.Names(kind, own.Count, config);
            foreach (var (number, tensor) in own)
            {
                bool known = int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int i) && i < names?.Length;
                weights[prefix + (known ? names![i] : number)] = tensor;
            }
        }

        foreach (var (name, inner) in group.Groups)
        {
            // A dropout's generator is no weight.
            if (name is "vars" or "seed_generator")
                continue;
            string place = name switch { "cell" => prefix, "forward_layer" => "forward/", "backward_layer" => "backward/", _ => $"{prefix}{name}/" };
            Named(inner, place, kind, config, weights);
        }
    }

    /// <summary>The group of the layer of a class that has so many of it before it.</summary>
    public static string Place(string stem, int number) => number == 0 ? stem : string.Create(CultureInfo.InvariantCulture, $"{stem}_{number}");

    /// <summary>A class's name as Keras makes a group's of it: <c>Conv2D</c> is <c>conv2d</c>.</summary>
    public static string Snake(string kind)
    {
        string plain = NoLetter().Replace(kind[(kind.LastIndexOf('>') + 1)..], "");
        return LowerUpper().Replace(Word().Replace(plain, "$1_$2"), "$1_$2").ToLowerInvariant();
    }

    [GeneratedRegex("^(.+)_([0-9]{1,6})$")]
    private static partial Regex Numbered();

    [GeneratedRegex(@"\W+")]
    private static partial Regex NoLetter();

    [GeneratedRegex("(.)([A-Z][a-z]+)")]
    private static partial Regex Word();

    [GeneratedRegex("([a-z])([A-Z])")]
    private static partial Regex LowerUpper();

    // Keras 2, and .h5 of Keras 3: groups by the layers' names, weights by theirs.
    sealed class Legacy(HdfGroup root, string path)
    {
        public void Add(List<KerasLayer> layers, IReadOnlyList<string> names, JsonElement config)
        {
            KerasGraph graph = new(config, "", []);
            foreach (string name in names)
            {
                var group = root.Find(name) ?? throw new InvalidDataException($"{path}: the layer \"{name}\" has no group. The file is damaged.");
                var told = graph.Layers.Find(layer => layer.Name == name);
                Dictionary<string, List<(string Role, StoredTensor Tensor)>> parts = [];
                foreach (string weight in group.List("weight_names"))
                {
                    string[] way = weight.Split('/', StringSplitOptions.RemoveEmptyEntries);
                    var tensor = way.Length == 0 ? null
                        : (way.Length == 1 ? group : group.Find(string.Join('/', way[..^1])))?.Tensors.GetValueOrDefault(way[^1]);
                    if (tensor is null)
                        throw new InvalidDataException($"{path}: the layer \"{name}\" has no weight \"{weight}\". The file is damaged.");
                    var (owner, role) = Role(way, name);
                    if (!parts.TryGetValue(owner, out var list))
                        parts[owner] = list = [];
                    list.Add((role, tensor));
                }

                bool twice = parts.Values.Any(static part => part.GroupBy(static weight => weight.Role).Any(static role => role.Count() > 1));
                bool nested = told.Kind is "Sequential" or "Functional" or "Model" || (told.Kind is null && parts.Count > 1) || twice;
                if (!nested)
                {
                    var all = parts.Values.SelectMany(static part => part).GroupBy(static weight => weight.Role)
                        .ToDictionary(static weight => weight.Key, static weight => weight.First().Tensor);
                    layers.Add(new KerasLayer(name, told.Kind ?? Guess(name, all), told.Config, all, told.Inputs));
                    continue;
                }

                KerasGraph inside = new(told.Config, $"{name}.", told.Inputs ?? []);
                foreach (var inner in inside.Layers)
                {
                    string plain = inner.Name[(name.Length + 1)..];
                    var own = parts.Remove(plain, out var found) ? found : [];
                    var all = own.GroupBy(static weight => weight.Role).ToDictionary(static role => role.Key, static role => role.First().Tensor);
                    layers.Add(new KerasLayer(inner.Name, inner.Kind, inner.Config, all, inner.Inputs));
                }

                foreach (var (owner, own) in parts)
                {
                    var all = own.GroupBy(static w => w.Role).ToDictionary(static w => w.Key, static w => w.First().Tensor);
                    layers.Add(new KerasLayer($"{name}.{owner}", Guess(owner, all), default, all, null));
                }
            }
        }

        // The layer that a weight is of, and what it is there: "bidirectional/forward_lstm/lstm_cell/kernel:0".
        static (string Owner, string Role) Role(string[] way, string layer)
        {
            string role = way[^1].Split(':')[0];
            for (int i = 0; i < way.Length - 1; i++)
            {
                if (way[i].StartsWith("forward_", StringComparison.Ordinal) || way[i].StartsWith("backward_", StringComparison.Ordinal))
                    return (i > 0 ? way[i - 1] : layer, $"{way[i][..way[i].IndexOf('_', StringComparison.Ordinal)]}/{role}");
            }

            // The cell of a recurrent layer is part of it.
            int at = way.Length - 2;
            if (at > 0 && (way[at].Contains("_cell", StringComparison.Ordinal) || way[at] == "cell"))
                at--;
            return (at >= 0 ? way[at] : layer, role);
        }

        // Without a description a layer's default name and its weights tell its class.
        static string? Guess(string name, Dictionary<string, StoredTensor> weights)
        {
            var match = Numbered().Match(name);
            return KerasKinds.OfSnake(match.Success ? match.Groups[1].Value : name) ?? KerasKinds.OfWeights(weights);
        }
    }
}
