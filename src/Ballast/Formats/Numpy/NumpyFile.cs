namespace Ballast;

/// <summary>NumPy's files: <c>.npy</c> with one array, <c>.npz</c> with arrays by their names. They are read by
/// <see cref="StateFile.Open"/>; what is written is little-endian and row-major, and loads in <c>numpy.load</c> with
/// <c>allow_pickle=False</c>.</summary>
public static class NumpyFile
{
    const string Extension = ".npy";

    /// <summary>Writes one array as <c>.npy</c>, whole or not at all. Its name is not part of the file.</summary>
    /// <exception cref="ArgumentException">NumPy has no such element type (bfloat16, 8-bit floats), or the shape does not fit the bytes.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written; what was there before is still there.</exception>
    public static void SaveArray(string path, StoredTensor tensor)
    {
        Check(tensor);
        AtomicFile.Write(path, stream =>
        {
            stream.Write(NpyHeader.Write(tensor));
            tensor.CopyTo(stream);
        });
    }

    /// <summary>Writes arrays as <c>.npz</c>, not compressed, whole or not at all: <c>NAME.npy</c> each.</summary>
    /// <exception cref="ArgumentException">A name is empty or occurs twice, NumPy has no such element type (bfloat16, 8-bit floats), or a shape
    /// does not fit the bytes.</exception>
    /// <exception cref="IOException">The file cannot be written; what was there before is still there.</exception>
    public static void Save(string path, IEnumerable<StoredTensor> tensors)
    {
        StoredTensor[] all = [.. tensors];
        var names = new HashSet<string>();
        foreach (var tensor in all)
        {
            Throw.Unless(tensor.Name.Length > 0 && names.Add(tensor.Name),
                $"NumpyFile.Save: expected names that are not empty and differ, got {SafetensorsHeader.Quote(tensor.Name)}.");
            Check(tensor);
        }

        AtomicFile.Write(path, stream =>
        {
            using var zip = new ZipWriter(stream);
            foreach (var tensor in all)
            {
                byte[] header = NpyHeader.Write(tensor);
                zip.Add(tensor.Name + Extension, header.Length + tensor.ByteLength, entry =>
                {
                    entry.Write(header);
                    tensor.CopyTo(entry);
                });
            }
        });
    }

    /// <summary>Writes a state as <c>.npz</c>.</summary>
    /// <exception cref="IOException">The file cannot be written; what was there before is still there.</exception>
    public static void Save(string path, StateDict state) =>
        Save(path, state.Select(static entry => StateFile.Pack(entry.Key, entry.Value)));

    /// <summary>The arrays of a zip, by the names of its entries.</summary>
    internal static IEnumerable<StoredTensor> Read(ZipDirectory zip, string path)
    {
        foreach (var entry in zip.Entries)
        {
            string name = entry.Name[..^Extension.Length];
            yield return NpyHeader.Read(entry.Bytes(), name, $"{path}, {SafetensorsHeader.Quote(entry.Name)}");
        }
    }

    static void Check(StoredTensor tensor)
    {
        Throw.Unless(NpyHeader.Has(tensor.Type),
            $"NumpyFile.Save: {tensor} has an element type that NumPy lacks. Convert it first, with ToTensor.");
        Throw.Unless(StoredTypes.TryLength(tensor.Type, tensor.Shape.AsSpan(), out long length) && length == tensor.ByteLength,
            $"NumpyFile.Save: {tensor} has {tensor.ByteLength} bytes, which is not what its shape takes.");
    }
}
