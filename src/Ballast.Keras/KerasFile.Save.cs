using System.Globalization;

namespace Ballast;

public static partial class KerasFile
{
    const string NumberedEnd = ".weights.h5", NamedEnd = ".h5";

    /// <summary>Writes a network's weights as Keras keeps them, for <c>model.load_weights</c> of a model of the same layers in the same order:
    /// <c>NAME.weights.h5</c> in the layout of Keras 3, <c>NAME.h5</c> in that of Keras 2, which Keras 3 reads too. Kernels, gates and what
    /// takes flattened pictures go into Keras's order. Whole or not at all.</summary>
    /// <param name="module">The network. It is run once, in evaluation mode and on values drawn at random, to see what it flattens.</param>
    /// <param name="sampleShape">The shape of one sample, channels first: <c>[3, 32, 32]</c>.</param>
    /// <param name="path">The file.</param>
    /// <param name="options"><see cref="KerasOptions.FlattenedChannels"/>, by the paths of modules here; null for nothing.</param>
    /// <returns>Which module became which layer, and how those have to be made in Keras.</returns>
    /// <exception cref="ArgumentException">A layer with weights is none that Keras has; it cannot be told in which order a layer takes what is
    /// flattened; the samples do not fit; or the name asks for no format.</exception>
    /// <exception cref="IOException">The file cannot be written; what was there before is still there.</exception>
    public static KerasSave Save(Module module, Shape sampleShape, string path, KerasOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentException.ThrowIfNullOrEmpty(path);
        bool numbered = path.EndsWith(NumberedEnd, StringComparison.OrdinalIgnoreCase);
        if (!numbered && !path.EndsWith(NamedEnd, StringComparison.OrdinalIgnoreCase))
        {
            throw new ArgumentException($"{path}: expected a name that ends with {NumberedEnd} (Keras 3) or {NamedEnd} (Keras 2). "
                + "A .keras has the model's description too: make the model in Keras, and load the weights by model.load_weights.");
        }

        var told = (options ?? new KerasOptions()).FlattenedChannels;
        IReadOnlyDictionary<string, int?>? seen = null;
        var layers = KerasWriting.Of(module, place =>
        {
            if (told.TryGetValue(place.Path, out int channels))
                return channels;
            seen ??= KerasFlattening.Of(module, sampleShape);
            return seen.GetValueOrDefault(place.Path) ?? throw new ArgumentException(
                $"KerasFile.Save: it does not show in which order \"{place.Path}\" takes its values. Say of how many channels the picture is that is "
                    + $"flattened before it, 0 for none: KerasOptions.FlattenedChannels[\"{place.Path}\"].");
        });
        if (layers.Count == 0)
            throw new ArgumentException("KerasFile.Save: the network has no weights.");
        var file = numbered ? HdfWriting.Numbered(layers) : HdfWriting.Named(layers);
        AtomicFile.Write(path, stream => HdfWriting.Write(file, stream));
        return new KerasSave([.. layers.Select(static layer => (layer.Name, layer.Place.Path))], [.. Notes(layers)]);
    }

    // What decides on results, is no weight, and is not what Keras takes where nothing is said.
    static IEnumerable<string> Notes(IEnumerable<KerasWritten> layers) =>
        from layer in layers
        let settings = Settings(layer.Place.Module)
        where settings.Length > 0
        group layer by (layer.Kind, settings) into same
        select $"Make {string.Join(", ", same.Select(static layer => layer.Name))} with {same.Key.settings}.";

    static string Settings(Module module)
    {
        const double Eps = 1e-3, Kept = 0.99;
        List<string> settings = [];
        if ((module switch { BatchNorm norm => norm.Eps, LayerNorm norm => norm.Eps, _ => Eps }) is var eps && eps != Eps)
            settings.Add(string.Create(CultureInfo.InvariantCulture, $"epsilon={eps}"));
        if (module is BatchNorm { Momentum: { } momentum } && Math.Abs(1 - momentum - Kept) > 1e-9)
            settings.Add(string.Create(CultureInfo.InvariantCulture, $"momentum={Math.Round(1 - momentum, 9)}"));
        if (module is BatchNorm { Weight: null })
            settings.Add("center=False, scale=False");
        if (module is RNN { Nonlinearity: RNNNonlinearity.ReLU })
            settings.Add("activation=\"relu\"");
        return string.Join(", ", settings);
    }
}
