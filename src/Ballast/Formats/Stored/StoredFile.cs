using System.Collections.ObjectModel;
using System.Diagnostics.CodeAnalysis;

namespace Ballast;

/// <summary>The kind of a file that holds tensors.</summary>
public enum StoredFormat
{
    /// <summary>A safetensors file.</summary>
    Safetensors,

    /// <summary>A model in several safetensors files, with a JSON index of which tensor is where.</summary>
    SafetensorsIndex,

    /// <summary>A file of <c>torch.save</c>: a zip (PyTorch 1.6 and later).</summary>
    PyTorch,

    /// <summary>A file of <c>torch.save</c> before PyTorch 1.6: pickles and storages one after the other.</summary>
    PyTorchLegacy,

    /// <summary>One NumPy array.</summary>
    Npy,

    /// <summary>A zip of NumPy arrays.</summary>
    Npz,

    /// <summary>An ONNX file, which the package Ballast.Onnx reads.</summary>
    Onnx,

    /// <summary>A <c>.keras</c> or <c>.h5</c> file of Keras, which the package Ballast.Keras reads.</summary>
    Keras,

    /// <summary>An array in the format of MNIST, IDX.</summary>
    Idx,
}

/// <summary>An open file of tensors, of any format that <see cref="StateFile.Open"/> knows: what it holds is listed at once, a tensor's
/// bytes are read when they are asked for.</summary>
/// <example><code>
/// using var file = StateFile.Open("checkpoint.pt");
/// foreach (var tensor in file.Tensors)
///     Console.WriteLine(tensor);                   // model.0.weight F32 [64, 3072]
/// net.LoadStateDict(file.ToStateDict());
/// long epoch = ((StoredInteger)((StoredMapping)file.Root)["epoch"]).Value;
/// </code></example>
public sealed class StoredFile : IDisposable
{
    // The names under which checkpoints keep a model's state, the usual ones first.
    static readonly string[] StateKeys =
        ["state_dict", "model_state_dict", "model_state", "model", "net", "network", "module", "weights", "params"];

    // What wrappers put before every key: DataParallel, torch.compile.
    static readonly string[] Wrappers = ["module.", "_orig_mod."];

    readonly IReadOnlyList<IDisposable> files;
    readonly Dictionary<string, StoredTensor> byName;

    internal StoredFile(
        string path, StoredFormat format, StoredValue root, IReadOnlyDictionary<string, string>? metadata, params IReadOnlyList<IDisposable> files)
    {
        Path = path;
        Format = format;
        Root = root;
        Metadata = metadata ?? ReadOnlyDictionary<string, string>.Empty;
        this.files = files;
        Tensors = StoredTree.Tensors(root, path);
        byName = Tensors.ToDictionary(static tensor => tensor.Name);
    }

    /// <summary>The file's path.</summary>
    public string Path { get; }

    /// <summary>The file's format, which its content shows.</summary>
    public StoredFormat Format { get; }

    /// <summary>Everything the file holds, as a tree: of a checkpoint a mapping of mappings, of other files a mapping of tensors.</summary>
    public StoredValue Root { get; }

    /// <summary>Free text beside the tensors (safetensors); empty in other formats.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>All tensors in the file's order, each under its whole name: <c>optimizer.state.0.exp_avg</c>.</summary>
    public IReadOnlyList<StoredTensor> Tensors { get; }

    /// <summary>One tensor by its whole name.</summary>
    /// <exception cref="KeyNotFoundException">There is no such tensor.</exception>
    public StoredTensor this[string name] => TryGetTensor(name, out var tensor) ? tensor
        : throw new KeyNotFoundException($"{Path}: there is no tensor {SafetensorsHeader.Quote(name)}. See Tensors for those there are.");

    /// <summary>Finds a tensor by its whole name.</summary>
    public bool TryGetTensor(string name, [MaybeNullWhen(false)] out StoredTensor tensor) => byName.TryGetValue(name, out tensor);

    /// <summary>The state of the model in the file, for <see cref="Module.LoadStateDict"/>.</summary>
    /// <param name="key">The mapping to take, by its path: <c>ema.state_dict</c>. Null takes the file's own tensors; in a checkpoint the
    /// mapping under <c>state_dict</c>, <c>model</c> or another of the usual names. What DataParallel and torch.compile put before every
    /// key, <c>module.</c> and <c>_orig_mod.</c>, is taken away.</param>
    /// <exception cref="InvalidDataException">There is no such mapping, or none that is surely the model's; or a value cannot become
    /// float32 (<see cref="StoredTensor.ToTensor()"/>).</exception>
    public StateDict ToStateDict(string? key = null) => ToStateDict(key, out _);

    /// <summary>The same, with the tensors that a state has no place for.</summary>
    /// <param name="key">The mapping to take, or null.</param>
    /// <param name="skipped">Complex numbers, and integers beyond int64. Read them from <see cref="Tensors"/>.</param>
    /// <exception cref="InvalidDataException">As <see cref="ToStateDict(string?)"/>.</exception>
    public StateDict ToStateDict(string? key, out IReadOnlyList<StoredTensor> skipped)
    {
        var state = new StateDict();
        var left = new List<StoredTensor>();
        foreach (var tensor in StateTensors(key))
        {
            if (StateFile.TryUnpack(tensor, Path) is { } entry)
                state.Add(tensor.Name, entry);
            else
                left.Add(tensor);
        }

        skipped = left;
        return state;
    }

    /// <summary>The tensors of the model's state in their own types, under the names they have in the model.</summary>
    /// <param name="key">The mapping to take, or null, as in <see cref="ToStateDict(string?)"/>.</param>
    /// <exception cref="InvalidDataException">There is no such mapping, or none that is surely the model's.</exception>
    public IReadOnlyList<StoredTensor> StateTensors(string? key = null)
    {
        var tensors = StoredTree.Tensors(Model(key), Path);
        string? wrapper;
        while ((wrapper = Array.Find(Wrappers, name => tensors.Count > 0
            && tensors.All(tensor => tensor.Name.StartsWith(name, StringComparison.Ordinal) && tensor.Name.Length > name.Length))) is not null)
        {
            tensors = [.. tensors.Select(tensor => tensor.Named(tensor.Name[wrapper.Length..]))];
        }

        return tensors;
    }

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        foreach (var file in files)
            file.Dispose();
    }

    StoredValue Model(string? key)
    {
        // Our own checkpoints are flat, with the parts' names as beginnings.
        if (key is null && Metadata.GetValueOrDefault("format") == StateFile.CheckpointFormat)
            key = "model";
        if (key is not null)
            return StoredTree.Find(Root, key) is { } found and (StoredMapping or StoredTensor) ? found : Beginning(key) ?? Missing(key);
        if (Root is not StoredMapping root)
            return Root;
        foreach (string name in StateKeys)
        {
            if (root.Find(name) is StoredMapping state && StoredTree.Tensors(state, Path).Count > 0)
                return state;
        }

        if (root.Any(static entry => entry.Value is StoredTensor))
            return Root;
        var candidates = root.Where(static entry => entry.Value is StoredMapping).Select(static entry => entry.Key.ToString()).ToList();
        if (Tensors.Count > 0)
        {
            Throw.InvalidData($"{Path}: expected a model's state, or a checkpoint with one under {string.Join(", ", StateKeys)}; " +
                $"got mappings under {string.Join(", ", candidates)}. Say which with the key.");
        }

        return Root;
    }

    StoredMapping? Beginning(string key)
    {
        string prefix = $"{key}.";
        var part = StoredFormats.Mapping(Tensors.Where(tensor => tensor.Name.StartsWith(prefix, StringComparison.Ordinal))
            .Select(tensor => tensor.Named(tensor.Name[prefix.Length..])));
        return part.Count > 0 ? part : null;
    }

    StoredValue Missing(string key)
    {
        Throw.InvalidData($"{Path}: there is no mapping {SafetensorsHeader.Quote(key)}." +
            (Root is StoredMapping root ? $" At the top are {string.Join(", ", root.Keys.Take(20))}." : ""));
        return Root;
    }
}
