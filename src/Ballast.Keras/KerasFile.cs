using System.Text.Json;

namespace Ballast;

/// <summary>Weights that Keras wrote: <c>.keras</c>, whole models and weights alone as <c>.h5</c>, of Keras 2 and 3. Kernels come in the layout that
/// they have here (height, width, in, out becomes out, in, height, width), gates in the order that they have here, and the rows after a flattened
/// picture in the order channel, pixel, for networks here have channels first. Nothing in a file is run.</summary>
/// <example><code>
/// var net = new Sequential(new Conv2d(3, 32, 3), new BatchNorm2d(32, eps: 1e-3, momentum: 0.01), new ReLU(), new Flatten(), new Linear(28800, 10));
/// KerasFile.Load(net, "model.keras");
/// </code></example>
public static partial class KerasFile
{
    const string Config = "config.json", Weights = "model.weights.h5";
    const int LongestConfig = 1 << 26;

    /// <summary>Copies a file's weights into a network of the same shape: layers of one kind in their order, whatever they are called.</summary>
    /// <param name="module">The network. Nothing of it is changed where something does not fit.</param>
    /// <param name="path">The file.</param>
    /// <param name="options">What does not follow from the file; null for nothing.</param>
    /// <returns>Which layer went where.</returns>
    /// <exception cref="InvalidDataException">The file is damaged, none of Keras, or has layers with weights that are not known here.</exception>
    /// <exception cref="ArgumentException">The network is of another shape: numbers of layers, sizes, or an eps.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static KerasLoad Load(Module module, string path, KerasOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new KerasMatch(module, path, options ?? new KerasOptions()).Run(Read(path));
    }

    /// <summary>Opens a file as a file of weights: those of layers that are known in the layout that layers here have, as <c>conv2d.weight</c> and
    /// <c>batch_normalization.running_mean</c> under the layers' names in Keras, others as they are.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options"><see cref="KerasOptions.FlattenedChannels"/>; null for nothing.</param>
    /// <exception cref="InvalidDataException">The file is damaged, none of Keras, or does not tell in which order a layer takes flattened
    /// values; <see cref="OpenAsStored"/> opens that too.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static StoredFile Open(string path, KerasOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var layers = Read(path);
        StoredMapping root = [];
        foreach (var part in Parts(path, layers, options ?? new KerasOptions(), layer => KerasChannels.OfWeights(layer, layers)))
        {
            foreach (var (key, tensor) in part.State)
            {
                // A layer here of several layers has their number in its keys.
                string end = part.Target is KerasTarget.LSTM or KerasTarget.GRU or KerasTarget.RNN ? KerasMatch.Numbered(key, 0) : key;
                root[$"{part.Name}.{end}"] = StoredTensor.From($"{part.Name}.{end}", tensor);
            }
        }

        AddStored(root, layers.Where(static layer => !KerasKinds.Has(layer.Kind)));
        return new StoredFile(path, StoredFormat.Keras, root, null);
    }

    /// <summary>Opens a file as it is: all weights under the layers' and their own names in Keras, <c>conv2d.kernel</c>, in Keras's layout, which is
    /// none that layers here have.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">The file is damaged, or none of Keras.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static StoredFile OpenAsStored(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        StoredMapping root = [];
        AddStored(root, Read(path));
        return new StoredFile(path, StoredFormat.Keras, root, null);
    }

    static void AddStored(StoredMapping root, IEnumerable<KerasLayer> layers)
    {
        foreach (var layer in layers)
        {
            foreach (var (name, tensor) in layer.Weights)
                root[$"{layer.Name}.{name}"] = tensor.Named($"{layer.Name}.{name}");
        }
    }

    /// <summary>What a network has to be made for that takes a file's weights, as far as the file tells: the shape of one sample with channels
    /// first, <c>[3, 32, 32]</c>, and how many values the last <c>Dense</c> gives. Null for what it does not tell, as weights alone do not.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">The file is damaged, or none of Keras.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static (Shape? InputShape, int? Outputs) Describe(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var layers = Read(path, out var model);
        var last = layers.FindLast(static layer => layer.Weights.Count > 0);
        long? outputs = last is { Kind: { } kind } && KerasKinds.Canonical(kind) == "Dense"
            && last.Weights.GetValueOrDefault("kernel") is { Shape: [_, var count] } ? count : null;
        bool first = layers.Exists(static layer => layer.Text("data_format") == "channels_first");
        var shapes = new KerasGraph(model, "", []).Layers.Select(layer => Sample(layer.Config, first));
        return (shapes.FirstOrDefault(static shape => shape is not null), (int?)outputs);
    }

    // What a layer's settings say of its input, without the batch.
    static Shape? Sample(JsonElement settings, bool channelsFirst)
    {
        JsonElement told = default;
        if (settings.ValueKind != JsonValueKind.Object
            || !(settings.TryGetProperty("batch_shape", out told) || settings.TryGetProperty("batch_input_shape", out told))
            || told.ValueKind != JsonValueKind.Array)
            return null;
        int[] sizes = [.. told.EnumerateArray().Skip(1).Select(
            static size => size.ValueKind == JsonValueKind.Number && size.TryGetInt32(out int known) ? known : 0)];
        if (sizes.Length is 0 or > 4 || sizes.Any(static size => size <= 0))
            return null;
        return channelsFirst || sizes.Length == 1 ? new Shape(sizes) : new Shape([sizes[^1], .. sizes[..^1]]);
    }

    /// <summary>Lets <see cref="StateFile.Open"/>, <see cref="StateFile.Load(string)"/> and <see cref="StateFile.Convert"/> take files of Keras too,
    /// from now on in this program.</summary>
    public static void Register() => StoredFormats.Add(Finds, OpenAny);

    static StoredFile OpenAny(string path) => Open(path);

    /// <summary>Whether a file begins as one of Keras does: an HDF5 file, or a zip of the name <c>.keras</c>.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static bool IsOne(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var stream = File.OpenRead(path);
        byte[] start = new byte[4];
        return Finds(path, start.AsMemory(0, stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)));
    }

    static bool Finds(string path, ReadOnlyMemory<byte> start) => IsHdf(start.Span)
        || (start.Span.StartsWith("PK"u8) && path.EndsWith(".keras", StringComparison.OrdinalIgnoreCase));

    static bool IsHdf(ReadOnlySpan<byte> start) => start is [0x89, (byte)'H', (byte)'D', (byte)'F', ..];

    /// <summary>The parts of all layers that are known; <paramref name="guess"/> tells channels where the description does not.</summary>
    internal static IEnumerable<KerasPart> Parts(
        string path, IReadOnlyList<KerasLayer> layers, KerasOptions options, Func<KerasLayer, int?> guess)
    {
        KerasChannels channels = new(layers);
        List<KerasPart> parts = [];
        foreach (var layer in layers.Where(static layer => KerasKinds.Has(layer.Kind)))
        {
            try
            {
                bool asks = KerasKinds.Canonical(layer.Kind!) is "Dense" or "BatchNormalization" or "LayerNormalization" && layer.Weights.Count > 0;
                int? flattened = !asks ? 0 : options.FlattenedChannels.TryGetValue(layer.Name, out int told) ? told
                    : layer.Inputs is null ? guess(layer) : channels.Flattened(layer);
                if (flattened is null)
                {
                    string what = layer.Inputs is null ? "weights alone do not" : "the model's description does not";
                    throw new InvalidDataException(
                        $"{what} tell in which order the layer {layer} takes values. Name the network that takes them, by --model or KerasFile.Load, "
                            + $"or say of how many channels they are: KerasOptions.FlattenedChannels[\"{layer.Name}\"], "
                            + "0 where no picture is flattened.");
                }

                parts.AddRange(KerasParts.Of(layer, flattened.Value));
            }
            catch (InvalidDataException failure)
            {
                throw new InvalidDataException($"{path}: {failure.Message}", failure);
            }
        }

        return parts;
    }

    /// <summary>The layers of a file.</summary>
    internal static List<KerasLayer> Read(string path) => Read(path, out _);

    static List<KerasLayer> Read(string path, out JsonElement model)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 14);
        Span<byte> start = stackalloc byte[4];
        int read = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        stream.Position = 0;
        if (IsHdf(start[..read]))
            return Read(stream, path, out model);
        if (!start[..read].StartsWith("PK"u8))
            throw new InvalidDataException($"{path}: this is neither a .keras nor an .h5 file. Save the model by model.save(\"model.keras\").");
        var (source, file) = FileSource.Open(path);
        using (file)
        {
            ZipDirectory zip = new(source, path);
            var (config, weights) = (zip.Find(Config), zip.Find(Weights));
            if (config is null || weights is null)
            {
                string missing = config is null ? Config : Weights;
                throw new InvalidDataException($"{path}: this zip has no {missing}. Save the model by model.save(\"model.keras\").");
            }

            using var description = Parse(config.Content(LongestConfig), path);
            using MemoryStream content = new(weights.Content(Array.MaxLength), writable: false);
            model = Model(description.RootElement.Clone());
            return KerasReading.Layers(HdfTree.Read(content, path), model, path);
        }
    }

    /// <summary>The layers of an HDF5 file.</summary>
    internal static List<KerasLayer> Read(Stream stream, string path) => Read(stream, path, out _);

    static List<KerasLayer> Read(Stream stream, string path, out JsonElement model)
    {
        var root = HdfTree.Read(stream, path);
        model = default;
        if (root.Texts.GetValueOrDefault("model_config") is [string text])
        {
            using var description = Parse(System.Text.Encoding.UTF8.GetBytes(text), path);
            model = Model(description.RootElement.Clone());
        }

        return KerasReading.Layers(root, model, path);
    }

    static JsonElement Model(JsonElement description) =>
        description.ValueKind == JsonValueKind.Object && description.TryGetProperty("config", out var config) ? config : default;

    static JsonDocument Parse(byte[] json, string path)
    {
        try
        {
            return JsonDocument.Parse(json);
        }
        catch (JsonException failure)
        {
            throw new InvalidDataException($"{path}: the model's description is no JSON: {failure.Message} Save or copy it again.", failure);
        }
    }
}
