namespace Ballast;

/// <summary>Reads the zip that <c>torch.save</c> writes: <c>NAME/data.pkl</c>, and the storages as <c>NAME/data/0</c>, ...</summary>
/// <param name="zip">The archive.</param>
/// <param name="path">Its path, for messages.</param>
sealed class TorchReader(ZipDirectory zip, string path)
{
    const string PickleName = "data.pkl";
    const int LongestPickle = 1 << 26;

    /// <summary>Whether an archive is one of PyTorch.</summary>
    public static bool Finds(ZipDirectory zip) => FindPickle(zip) is not null;

    /// <summary>Reads the pickle, and no tensor.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or has something in it that is not allowed.</exception>
    public StoredValue Read()
    {
        var pickle = FindPickle(zip)!;
        string folder = pickle.Name[..^PickleName.Length];
        bool swapped = zip.Find($"{folder}byteorder") is { } order && order.Content(16).AsSpan().SequenceEqual("big"u8);
        var input = new PickleInput(new MemorySource(pickle.Content(LongestPickle)), path);
        var unpickler = new Unpickler(input, new TorchObjects(path));
        object? value = unpickler.Read();
        long unpacked = zip.Entries.Aggregate(0L, static (sum, entry) => sum + entry.Length);
        return new TorchTree(path, storage => Bytes(folder, storage, swapped), unpacked, unpickler.Made).Convert(value);
    }

    ByteSource Bytes(string folder, TorchStorage storage, bool swapped)
    {
        string name = $"{folder}data/{storage.Key}";
        if (zip.Find(name) is not { } entry)
        {
            Throw.InvalidData($"{path}: the storage {SafetensorsHeader.Quote(name)} is missing. The file is damaged.");
            return null!;
        }

        return TorchStorages.InOrder(entry.Bytes(), storage, swapped, path);
    }

    // In the archive's one folder.
    static ZipEntry? FindPickle(ZipDirectory zip) =>
        zip.Entries.FirstOrDefault(static entry => entry.Name.EndsWith($"/{PickleName}", StringComparison.Ordinal)
            && entry.Name.IndexOf('/', StringComparison.Ordinal) == entry.Name.Length - PickleName.Length - 1);
}
