namespace Ballast;

/// <summary>What <see cref="StateFile.Convert"/> did.</summary>
/// <param name="Tensors">The tensors written, with the types they have now.</param>
/// <param name="Widened">The tensors that became F32, with the types they had.</param>
/// <param name="LeftOut">The paths of what was left out: values that are no tensors, and parts that are not the model's.</param>
public sealed record StateConversion(
    IReadOnlyList<StoredTensor> Tensors, IReadOnlyList<StoredTensor> Widened, IReadOnlyList<string> LeftOut)
{
    /// <summary>The files written; of several the index last, which the others are read by.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];
}

/// <summary>Converts between the formats of weights.</summary>
static class StateConverter
{
    // How each format is written, and the element types it has.
    static readonly (string[] Extensions, Func<StoredType, bool> Has)[] Formats =
    [
        ([".safetensors"], StoredTypes.IsSafetensors),
        ([".pt", ".pth"], static type => TorchObjects.StorageOf(type) is not null),
        ([".npz", ".npy"], NpyHeader.Has),
    ];

    /// <summary>Reads one file and writes the other.</summary>
    public static StateConversion Run(string from, string to, string? key, bool all, long? shardSize)
    {
        Throw.Unless(key is null || !all, $"StateFile.Convert: expected a key or all of the file, got both. Leave out one of them.");
        var (extension, has) = Format(to, shardSize);
        using var file = StateFile.Open(from);
        var taken = all ? file.Tensors : file.StateTensors(key);
        var widened = taken.Where(tensor => StoredTypes.IsFloat(tensor.Type) && !has(tensor.Type)).ToList();
        List<StoredTensor> tensors = [.. taken.Select(tensor => Fitting(tensor, has))];
        bool isTree = all && extension is ".pt" or ".pth" && widened.Count == 0;
        var files = Write(to, extension, tensors, isTree ? file.Root : StoredFormats.Mapping(tensors), file.Metadata, shardSize);
        return new StateConversion(tensors, widened, isTree ? [] : LeftOut(file, taken)) { Files = files };
    }

    /// <summary>Writes tensors.</summary>
    public static StateConversion Write(string to, List<StoredTensor> tensors, long? shardSize)
    {
        var (extension, _) = Format(to, shardSize);
        var files = Write(to, extension, tensors, StoredFormats.Mapping(tensors), new Dictionary<string, string>(), shardSize);
        return new StateConversion(tensors, [], []) { Files = files };
    }

    // The format that a name asks for.
    static (string Extension, Func<StoredType, bool> Has) Format(string to, long? shardSize)
    {
        string extension = Path.GetExtension(to).ToLowerInvariant();
        var (known, has) = Array.Find(Formats, format => format.Extensions.Contains(extension));
        if (extension == ".onnx")
        {
            Throw.Argument($"{to}: an ONNX file holds what a network computes, which a file of weights does not have. " +
                "Write it of a run, by ballast export RUN net.onnx, of a network that is named, by --model, or from code, by OnnxFile.Export.");
        }

        if (extension is ".keras" or ".h5" or ".hdf5")
        {
            Throw.Argument($"{to}: " + (extension == ".h5"
                ? "Keras keeps weights in the order that its layers have, which keys do not tell. Name the network that has them, by --model, " +
                    "or write them from code, by KerasFile.Save of the package Ballast.Keras."
                : "a model of Keras with its description is not written. Write its weights, as NAME.weights.h5, make the model in Keras, " +
                    "and load them by model.load_weights."));
        }

        Throw.Unless(known is not null,
            $"{to}: expected a name that ends with {string.Join(", ", Formats.SelectMany(static format => format.Extensions))}, " +
            $"got {(extension.Length > 0 ? extension : "none")}.");
        Throw.Unless(shardSize is null || extension == ".safetensors",
            $"{to}: only .safetensors is divided into several files. Leave out the size of one, or write .safetensors.");
        Throw.Unless(shardSize is not <= 0, $"{to}: expected files of one byte at least, got {shardSize}.");
        return (extension, has);
    }

    static StoredTensor Fitting(StoredTensor tensor, Func<StoredType, bool> has) =>
        StoredTypes.IsFloat(tensor.Type) && !has(tensor.Type) ? StoredTensor.From(tensor.Name, tensor.ToTensor()) : tensor;

    static IReadOnlyList<string> Write(
        string path, string extension, List<StoredTensor> tensors, StoredValue root, IReadOnlyDictionary<string, string> metadata, long? shardSize)
    {
        switch (extension)
        {
            case ".safetensors":
                return SafetensorsFile.SaveSharded(path, tensors, shardSize ?? long.MaxValue,
                    metadata.Count > 0 ? metadata : new Dictionary<string, string> { ["format"] = "pt" });
            case ".npz":
                NumpyFile.Save(path, tensors);
                break;
            case ".npy":
                Throw.Unless(tensors.Count == 1,
                    $"{path}: expected one tensor for .npy, got {tensors.Count}. Name one by its key, or write .npz.");
                NumpyFile.SaveArray(path, tensors[0]);
                break;
            default:
                PyTorchFile.Save(path, root);
                break;
        }

        return [path];
    }

    // At the top of the file, what no tensor was taken of; of a list or mapping that has some, nothing is told.
    static List<string> LeftOut(StoredFile file, IReadOnlyList<StoredTensor> taken)
    {
        var left = new List<string>();
        if (file.Root is StoredMapping root)
        {
            foreach (var (key, value) in root)
            {
                string name = key.ToString()!;
                if (!taken.Any(tensor => Holds(value, tensor)))
                    left.Add(name);
            }
        }

        return left;
    }

    static bool Holds(StoredValue value, StoredTensor tensor) => value switch
    {
        StoredTensor own => own.IsSameAs(tensor),
        StoredMapping mapping => mapping.Any(entry => Holds(entry.Value, tensor)),
        StoredList list => list.Items.Any(item => Holds(item, tensor)),
        _ => false,
    };
}
