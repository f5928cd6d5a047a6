using System.Text;

namespace Ballast;

/// <summary>The formats of files that hold tensors, told apart by how a file begins.</summary>
static class StoredFormats
{
    const int ZipMark = 0x04034B50, EmptyZipMark = 0x06054B50;
    const int TarMarkOffset = 257;
    const int LongestMark = TarMarkOffset + 5;

    // What begins like this is known, and not read.
    static readonly (int Offset, byte[] Mark, string What)[] Refused =
    [
        (0, [0x89, (byte)'H', (byte)'D', (byte)'F'],
            "an HDF5 file, as Keras writes .h5. KerasFile of the package Ballast.Keras reads it, and the command ballast does"),
        (0, "GGUF"u8.ToArray(), "a GGUF file, whose weights are quantized in blocks. Take the model's safetensors instead"),
        (0, [0x1F, 0x8B], "a file packed by gzip. Unpack it first"),
        (TarMarkOffset, "ustar"u8.ToArray(), "a tar archive, as PyTorch wrote before 0.2. Unpack it, or load and save it with a newer PyTorch"),
    ];

    static volatile IReadOnlyList<OtherFormat> others = [];

    /// <summary>The formats that packages beside the library read, by the order in which they were added.</summary>
    public static IReadOnlyList<OtherFormat> Others
    {
        get => others;
        set => others = value;
    }

    /// <summary>Adds a format that a package reads; once is enough, and twice does no harm.</summary>
    /// <param name="finds">Whether a file is one, by its path and what it begins with.</param>
    /// <param name="open">Opens it.</param>
    public static void Add(Func<string, ReadOnlyMemory<byte>, bool> finds, Func<string, StoredFile> open)
    {
        if (!others.Contains(new(finds, open)))
            others = [.. others, new(finds, open)];
    }

    /// <summary>Opens a file by its content.</summary>
    public static StoredFile Open(string path, bool mapped)
    {
        IDisposable? file = null;
        try
        {
            ByteSource source;
            (source, file) = mapped ? MappedSource.Open(path) : FileSource.Open(path);
            byte[] start = new byte[(int)Math.Min(source.Length, LongestMark)];
            source.Read(0, start);
            foreach (var (finds, open) in SafetensorsFile.IsOne(start, source.Length) ? [] : others)
            {
                if (finds(path, start))
                {
                    file.Dispose();
                    file = null;
                    return open(path);
                }
            }

            return Open(path, source, file, mapped);
        }
        catch
        {
            file?.Dispose();
            throw;
        }
    }

    /// <summary>Reads what bytes hold; <paramref name="file"/> is what the result disposes of. Further files that an index names are
    /// <paramref name="mapped"/> or read.</summary>
    internal static StoredFile Open(string path, ByteSource source, IDisposable? file, bool mapped = false)
    {
        Span<byte> start = stackalloc byte[(int)Math.Min(source.Length, LongestMark)];
        source.Read(0, start);
        IReadOnlyList<IDisposable> files = file is null ? [] : [file];
        // First: the length that a safetensors file begins with may look like any other format's mark, 640 like a pickle's.
        if (SafetensorsFile.IsOne(start, source.Length))
            return OpenSafetensors(path, source, files);
        if (start.Length >= 4 && BitConverter.ToInt32(start) is ZipMark or EmptyZipMark)
            return OpenZip(path, new ZipDirectory(source, path), files);
        if (start.StartsWith(NpyHeader.Mark))
        {
            var array = NpyHeader.Read(source, System.IO.Path.GetFileNameWithoutExtension(path), path);
            return new StoredFile(path, StoredFormat.Npy, array, null, files);
        }

        if (IdxFile.IsOne(start))
        {
            var array = IdxFile.Read(source, System.IO.Path.GetFileNameWithoutExtension(path), path);
            return new StoredFile(path, StoredFormat.Idx, array, null, files);
        }

        if (start is [(byte)PickleCode.Proto, >= 2 and <= 5, ..])
            return new StoredFile(path, StoredFormat.PyTorchLegacy, LegacyTorchReader.Read(source, path), null, files);
        if (start is [(byte)'{', ..])
            return SafetensorsIndex.Open(path, source, file, mapped);
        foreach (var (offset, mark, what) in Refused)
        {
            if (start.Length >= offset + mark.Length && start[offset..].StartsWith(mark))
                Throw.InvalidData($"{path}: this is {what}.");
        }

        // Whatever it is, it is refused with the rule of the format that it breaks; what is not called one is hardly a damaged one.
        if (source.Length == 0)
            Throw.InvalidData($"{path}: the file is empty.");
        if (path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase))
            return OpenSafetensors(path, source, files);
        try
        {
            return OpenSafetensors(path, source, files);
        }
        catch (InvalidDataException failure)
        {
            string rule = failure.Message.StartsWith(path, StringComparison.Ordinal) ? failure.Message[(path.Length + 2)..] : failure.Message;
            throw new InvalidDataException(
                $"{path}: this is no file of weights that is read here: safetensors, PyTorch's .pt and .pth, NumPy's .npz and .npy, " +
                "by their packages ONNX's .onnx and Keras's .keras and .h5. " +
                $"Taken for safetensors: {rule}", failure);
        }
    }

    static StoredFile OpenSafetensors(string path, ByteSource source, IReadOnlyList<IDisposable> files)
    {
        var (tensors, metadata) = SafetensorsFile.Read(source, path);
        return new StoredFile(path, StoredFormat.Safetensors, Mapping(tensors), metadata, files);
    }

    /// <summary>A mapping of tensors by their names.</summary>
    public static StoredMapping Mapping(IEnumerable<StoredTensor> tensors)
    {
        var mapping = new StoredMapping();
        foreach (var tensor in tensors)
            mapping[tensor.Name] = tensor;
        return mapping;
    }

    static StoredFile OpenZip(string path, ZipDirectory zip, IReadOnlyList<IDisposable> files)
    {
        if (zip.Entries.Any(static entry => entry.Name.EndsWith("/constants.pkl", StringComparison.Ordinal)))
        {
            Throw.InvalidData($"{path}: this is a TorchScript archive, a program with its weights. " +
                "Load it in PyTorch with torch.jit.load and save its state_dict().");
        }

        if (TorchReader.Finds(zip))
            return new StoredFile(path, StoredFormat.PyTorch, new TorchReader(zip, path).Read(), null, files);
        if (zip.Entries.All(static entry => entry.Name.EndsWith(".npy", StringComparison.Ordinal)))
            return new StoredFile(path, StoredFormat.Npz, Mapping(NumpyFile.Read(zip, path)), null, files);
        if (zip.Find("model.weights.h5") is not null)
        {
            Throw.InvalidData($"{path}: this is a model of Keras. KerasFile of the package Ballast.Keras reads it, and the command ballast does.");
        }

        var names = new StringBuilder();
        foreach (var entry in zip.Entries.Take(5))
            names.Append(names.Length > 0 ? ", " : "").Append(SafetensorsHeader.Quote(entry.Name));
        Throw.InvalidData($"{path}: expected a zip of PyTorch (with data.pkl) or of NumPy arrays (.npy), " +
            $"got one of {zip.Entries.Count} entries: {names}.");
        return null;
    }

    /// <summary>A format that a package reads: whether a file is one, by its path and what it begins with, and what opens it.</summary>
    public readonly record struct OtherFormat(Func<string, ReadOnlyMemory<byte>, bool> Finds, Func<string, StoredFile> Open);
}
