namespace Ballast;

/// <summary>Fashion-MNIST (Xiao, Rasul and Vollgraf, 2017): 70,000 grey images of 28 x 28 pixels in ten classes of clothing,
/// 60,000 to train on and 10,000 to test with. A sample is <c>[1, 28, 28]</c>, as torchvision's <c>FashionMNIST</c> with
/// <c>ToTensor</c> gives it. Images stay bytes, mapped from the cache.</summary>
/// <remarks>Every file is held against its known SHA-256 before it is used. Missing ones are unpacked from Debian's package
/// <c>dataset-fashion-mnist</c> where it is installed, or else downloaded from the authors' archive. What is broken off,
/// cut short or altered on the way never becomes part of the cache. Files in the cache must not be written in place
/// while a program uses them.</remarks>
public sealed class FashionMnist : ByteDataset
{
    const int Pixels = FashionMnistLayout.Side * FashionMnistLayout.Side;

    static readonly int ImagesStart = IdxFile.HeaderBytes(3);
    static readonly int LabelsStart = IdxFile.HeaderBytes(1);

    readonly FileBytes images;
    readonly FileBytes labels;

    FashionMnist(FileBytes images, FileBytes labels)
    {
        this.images = images;
        this.labels = labels;
        Count = IdxFile.Count(images.Bytes, images.Path, FashionMnistLayout.Side, FashionMnistLayout.Side);
        int named = IdxFile.Count(labels.Bytes, labels.Path);
        if (named != Count)
            Throw.InvalidData($"{images.Path} has {Count} images, {labels.Path} {named} labels. Expected one "
                + $"for each: take two files that belong together.");
    }

    /// <inheritdoc/>
    public override int Count { get; }

    /// <summary><c>[1, 28, 28]</c>: one channel, rows, columns.</summary>
    public override Shape SampleShape { get; } = [1, FashionMnistLayout.Side, FashionMnistLayout.Side];

    /// <summary>T-shirt/top, Trouser, Pullover, Dress, Coat, Sandal, Shirt, Sneaker, Bag, Ankle boot.</summary>
    public override IReadOnlyList<string> ClassNames => FashionMnistLayout.ClassNames;

    /// <inheritdoc/>
    public override IEnumerable<(string Path, string Sha256)> Files =>
        [(images.Path, images.Sha256), (labels.Path, labels.Sha256)];

    /// <summary>The 60,000 training images: found, or brought and verified.</summary>
    /// <exception cref="InvalidDataException">A file in the cache is damaged; <see cref="Fetch"/> replaces it.
    /// </exception>
    /// <exception cref="IOException">Files are missing, and may not or cannot be brought.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; the cache is as it was.</exception>
    public static FashionMnist Train(DatasetOptions? options = null, CancellationToken cancellation = default) =>
        Open(FashionMnistLayout.TrainFiles, options ?? new(), cancellation);

    /// <summary>The 10,000 test images: found, or brought and verified.</summary>
    /// <inheritdoc cref="Train"/>
    public static FashionMnist Test(DatasetOptions? options = null, CancellationToken cancellation = default) =>
        Open(FashionMnistLayout.TestFiles, options ?? new(), cancellation);

    /// <summary>Brings what is missing or damaged; with <paramref name="force"/> all four files.</summary>
    /// <exception cref="IOException">No source could be reached, or the cache cannot be written.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; the cache is as it was.</exception>
    public static void Fetch(DatasetOptions? options = null, bool force = false, CancellationToken cancellation = default)
    {
        options ??= new();
        Cache(options).Fetch(force, options.Progress, cancellation);
    }

    /// <summary>Reads and hashes the four files: what is there, and whether it can be used.</summary>
    public static IReadOnlyList<DataFileStatus> Inspect(
        DatasetOptions? options = null, CancellationToken cancellation = default) =>
        Cache(options ?? new()).Inspect(cancellation);

    /// <summary>Opens images of your own in the same layout: an IDX file of N x 28 x 28 bytes and one of N labels, 0 to 9,
    /// unpacked. Nothing is known of such files beforehand, so they are not held against a hash. They are read
    /// into memory whole: what happens to them afterwards changes nothing.</summary>
    /// <exception cref="InvalidDataException">Files of another form, two that do not belong together, or a label above 9.
    /// </exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static FashionMnist FromFiles(string images, string labels)
    {
        var own = new FashionMnist(CopiedFile.Read(images), CopiedFile.Read(labels));
        for (int i = 0; i < own.Count; i++)
        {
            if (own.Label(i) >= FashionMnistLayout.Classes)
                Throw.InvalidData($"{labels}: image {i} has the label {own.Label(i)}. Expected 0 to {FashionMnistLayout.Classes - 1}.");
        }

        return own;
    }

    /// <inheritdoc/>
    public override int Label(int index)
    {
        CheckIndex(index);
        return labels.Bytes[LabelsStart + index];
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Bytes(int index)
    {
        CheckIndex(index);
        return images.Bytes.Slice(ImagesStart + index * Pixels, Pixels);
    }

    // The files are held by the dataset, and a batch holds that.
    internal override unsafe byte* Address(int index)
    {
        fixed (byte* first = Bytes(index))
            return first;
    }

    static FashionMnist Open(DataFile[] wanted, DatasetOptions options, CancellationToken cancellation)
    {
        var files = Cache(options).Open(wanted, options.Download, options.Progress, cancellation);
        return new FashionMnist(files[0], files[1]);
    }

    static DataCache Cache(DatasetOptions options)
    {
        string folder = options.FilesFolder(FashionMnistLayout.FolderName);
        // The packed files that somebody put there by hand, then the system's; of those only the last is spoken of where
        // it is not there.
        string[] system = [.. options.SystemFolders.Select(place => Path.Combine(place, FashionMnistLayout.FolderName))];
        IEnumerable<GzipFolder> packed =
        [
            new($"the packed files in {folder}", folder, FashionMnistLayout.Files),
            .. system.Select(place => new GzipFolder(
                $"Debian's package {FashionMnistLayout.Package}", place, FashionMnistLayout.Files)),
        ];
        return new(FashionMnistLayout.Title, folder, FashionMnistLayout.Files,
        [
            .. packed.Where((place, i) => place.IsAtHand || (i > 0 && i == system.Length)),
            .. FashionMnistLayout.Addresses.Select(static address => new HttpFiles(address, FashionMnistLayout.Files)),
        ], "ballast data fetch fashion-mnist");
    }
}
