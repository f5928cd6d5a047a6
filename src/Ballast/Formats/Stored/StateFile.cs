namespace Ballast;

/// <summary>States as files. Reading takes any of the formats by their content: safetensors and its index of several files, PyTorch's
/// <c>.pt</c>, NumPy's <c>.npy</c> and <c>.npz</c>. Writing makes safetensors, under PyTorch's keys: float32 as F32, int64 as I64, bool
/// as BOOL, uint8 as U8.
/// </summary>
public static class StateFile
{
    /// <summary>What a checkpoint's metadata have under <c>format</c>.</summary>
    internal const string CheckpointFormat = "ballast-checkpoint-1";

    /// <summary>Writes a state as safetensors, whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="state">What <see cref="Module.StateDict"/> gave.</param>
    /// <param name="metadata">Text to keep beside it.</param>
    /// <exception cref="IOException">The file cannot be written; what was there before is still there.</exception>
    public static void Save(string path, StateDict state, IReadOnlyDictionary<string, string>? metadata = null) =>
        SafetensorsFile.Save(path, state.Select(static entry => Pack(entry.Key, entry.Value)), metadata);

    /// <summary>Writes a state as several safetensors files with an index, where it takes more than one may: as
    /// <see cref="SafetensorsFile.SaveSharded"/> does.</summary>
    /// <param name="path">The file that it would be in one piece, <c>NAME.safetensors</c>.</param>
    /// <param name="state">What <see cref="Module.StateDict"/> gave.</param>
    /// <param name="shardSize">The most bytes of tensors in one file.</param>
    /// <param name="metadata">Text that each file keeps.</param>
    /// <returns>The files, of several the index last, which <see cref="Load(string)"/> takes.</returns>
    /// <exception cref="ArgumentException">The name does not end with <c>.safetensors</c>, or <paramref name="shardSize"/> is none.</exception>
    /// <exception cref="IOException">A file cannot be written; what was there before is still there.</exception>
    public static IReadOnlyList<string> SaveSharded(
        string path, StateDict state, long shardSize, IReadOnlyDictionary<string, string>? metadata = null) =>
        SafetensorsFile.SaveSharded(path, state.Select(static entry => Pack(entry.Key, entry.Value)), shardSize, metadata);

    /// <summary>Writes a state in the format that a file's name asks for: <c>.safetensors</c>, <c>.pt</c> or <c>.pth</c>, <c>.npz</c>,
    /// <c>.npy</c> for a single tensor. Whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="state">What <see cref="Module.StateDict"/> gave.</param>
    /// <param name="shardSize">The most bytes of tensors in one file, for <c>.safetensors</c>; null for one file.</param>
    /// <returns>What was written.</returns>
    /// <exception cref="ArgumentException">The name asks for no format, or for one that has no several files.</exception>
    /// <exception cref="IOException">A file cannot be written; what was there before is still there.</exception>
    public static StateConversion SaveAs(string path, StateDict state, long? shardSize = null) =>
        StateConverter.Write(path, [.. state.Select(static entry => Pack(entry.Key, entry.Value))], shardSize);

    /// <summary>Reads a model's state from a file of any format; of a checkpoint the model's part. Half, bfloat16, 8-bit floats and double
    /// become float32; integers int64, but for U8, which stays uint8; truth values bool. Complex numbers and integers beyond int64 are left
    /// out: <see cref="Load(string, out IReadOnlyList{StoredTensor})"/> tells which.</summary>
    /// <exception cref="InvalidDataException">Not a file of a known format, a damaged one, or values that float32 cannot hold.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static StateDict Load(string path) => Load(path, out _);

    /// <summary>Reads a model's state, and tells what it leaves out.</summary>
    /// <param name="path">The file.</param>
    /// <param name="skipped">The complex numbers and the integers beyond int64, by name, type and shape; their bytes are no longer to be
    /// had.</param>
    /// <exception cref="InvalidDataException">Not a file of a known format, a damaged one, or values that float32 cannot hold.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static StateDict Load(string path, out IReadOnlyList<StoredTensor> skipped)
    {
        using var file = Open(path);
        return file.ToStateDict(null, out skipped);
    }

    /// <summary>Opens a file of any format by its content and lists what it holds, without reading a tensor.</summary>
    /// <param name="path">The file.</param>
    /// <param name="mapped">Whether its bytes are mapped into memory instead of read: <see cref="StoredTensor.Data"/> is then the file's
    /// own pages, without a copy. Whoever makes the file shorter meanwhile ends this process; leave it off where others may write.
    /// </param>
    /// <exception cref="InvalidDataException">Not a file of a known format, a damaged one, or one with something that is not allowed, which
    /// the message names.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static StoredFile Open(string path, bool mapped = false) => StoredFormats.Open(path, mapped);

    /// <summary>Writes the weights of a file of any format in the format that the name of another one asks for: <c>.safetensors</c>,
    /// <c>.pt</c> or <c>.pth</c>, <c>.npz</c>, <c>.npy</c> for a single tensor. Element types stay, but for floats that the format lacks: they
    /// become F32, exactly. Whole or not at all.</summary>
    /// <param name="from">The file to read.</param>
    /// <param name="to">The file to write.</param>
    /// <param name="key">The part to take, <see cref="StoredFile.ToStateDict(string?)"/>; null takes the model's state.</param>
    /// <param name="all">Whether all of the file is taken instead: to PyTorch with values that are no tensors, to the others all tensors under
    /// their whole names.</param>
    /// <param name="shardSize">The most bytes of tensors in one file, for <c>.safetensors</c>: what takes more is written as several with an
    /// index. Null for one file.</param>
    /// <exception cref="ArgumentException">The name asks for no format, or for one that has no several files; the format lacks an element type; or
    /// both a key and all.</exception>
    /// <exception cref="InvalidDataException">As <see cref="Open"/>.</exception>
    /// <exception cref="IOException">A file cannot be read or written; what was there before is still there.</exception>
    public static StateConversion Convert(string from, string to, string? key = null, bool all = false, long? shardSize = null) =>
        StateConverter.Run(from, to, key, all, shardSize);

    internal static StoredTensor Pack(string name, StateEntry entry) => StoredTensor.From(name, entry.Tensor);

    /// <summary>A tensor as an entry of a state, or null where a state has no place for its type.</summary>
    internal static StateEntry? TryUnpack(StoredTensor tensor, string path) =>
        StoredIntegers.TryRead(tensor, $"{path}: ") is { } whole ? new StateEntry(whole)
            : StoredTypes.IsFloat(tensor.Type) ? new StateEntry(StoredConversion.ToTensor(tensor, $"{path}: "))
            : null;

    internal static StateEntry Unpack(StoredTensor entry, string path)
    {
        if (TryUnpack(entry, path) is { } unpacked)
            return unpacked;
        Throw.InvalidData($"{path}: {entry.Name} holds {entry.Type} values [{string.Join(", ", entry.Shape)}]. " +
            "Expected floats (F32, F64, F16, BF16), integers within I64 or BOOL.");
        return null;
    }
}
