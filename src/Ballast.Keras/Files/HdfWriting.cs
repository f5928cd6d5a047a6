using System.Globalization;
using System.Reflection;
using System.Runtime.ExceptionServices;
using PureHDF;

namespace Ballast;

/// <summary>Writes layers of Keras as groups of an HDF5 file.</summary>
static class HdfWriting
{
    const string Directory = "/";

    /// <summary>The layout of Keras 3: groups by class and number, weights by number.</summary>
    public static H5File Numbered(IReadOnlyList<KerasWritten> layers)
    {
        H5Group all = [];
        foreach (var layer in layers)
        {
            bool isCell = layer.Place.Module is RNNBase;
            H5Group group = new() { ["vars"] = new H5Group { Attributes = new() { ["name"] = layer.Name } } };
            Dictionary<string, int> numbers = [];
            foreach (var (role, value) in layer.Weights)
            {
                string side = role.Contains(Directory, StringComparison.Ordinal) ? $"{role.Split(Directory)[0]}_layer/" : "";
                int number = numbers[side] = numbers.GetValueOrDefault(side, -1) + 1;
                Put(group, string.Create(CultureInfo.InvariantCulture, $"{side}{(isCell ? "cell/" : "")}vars/{number}"), value);
            }

            all[layer.Name] = group;
        }

        // The model has none of its own, and some versions ask for them.
        return new H5File { ["layers"] = all, ["vars"] = new H5Group() };
    }

    /// <summary>The layout of Keras 2: groups by the layers' names, weights by theirs.</summary>
    public static H5File Named(IReadOnlyList<KerasWritten> layers)
    {
        H5File file = new()
        {
            Attributes = new()
            {
                ["layer_names"] = layers.Select(static layer => layer.Name).ToArray(),
                // Files without a version are taken for those of Keras 1.
                ["keras_version"] = "2.15.0",
                ["backend"] = "tensorflow",
            },
        };
        foreach (var layer in layers)
        {
            H5Group group = [];
            List<string> names = [];
            foreach (var (role, value) in layer.Weights)
            {
                string cell = layer.Place.Module is RNNBase ? $"{KerasReading.Snake(KerasRecurrent.KindOf(layer.Place.Target))}_cell/" : "";
                string[] way = role.Split(Directory);
                string side = way.Length > 1 ? $"{way[0]}_{KerasReading.Snake(KerasRecurrent.KindOf(layer.Place.Target))}/" : "";
                names.Add($"{layer.Name}/{side}{cell}{way[^1]}:0");
                Put(group, names[^1], value);
            }

            group.Attributes = new() { ["weight_names"] = names.ToArray() };
            file[layer.Name] = group;
        }

        return file;
    }

    /// <summary>Writes a file.</summary>
    /// <exception cref="IOException">The stream takes no more.</exception>
    public static void Write(H5File file, Stream stream)
    {
        try
        {
            file.Write(stream);
        }
        catch (TargetInvocationException failure) when (failure.InnerException is { } cause)
        {
            // The library writes datasets by reflection.
            ExceptionDispatchInfo.Throw(cause);
        }
    }

    static void Put(H5Group group, string path, Tensor value)
    {
        string[] way = path.Split(Directory);
        foreach (string name in way[..^1])
        {
            if (!group.TryGetValue(name, out object? inner))
                group[name] = inner = new H5Group();
            group = (H5Group)inner;
        }

        group[way[^1]] = new H5Dataset(value.ToArray(), fileDims: [.. value.Shape.ToArray().Select(static size => (ulong)size)]);
    }
}
