namespace Ballast;

/// <summary>A folder of this machine that has the files, each packed by <c>gzip</c>: a package of the system's, or the
/// archive's files as somebody put them there.</summary>
/// <param name="name">What it is, for a message.</param>
/// <param name="from">The folder; it is only read.</param>
/// <param name="files">The files, as they are unpacked.</param>
sealed class GzipFolder(string name, string from, IReadOnlyList<DataFile> files) : IDataSource
{
    public string Name => name;

    public bool IsAtHand => files.All(file => File.Exists(Packed(file)));

    public void Fetch(string folder, IProgress<DownloadProgress>? progress, CancellationToken cancellation)
    {
        if (!Directory.Exists(from))
            DataErrors.Unavailable($"there is no folder {from}.");
        if (files.FirstOrDefault(file => !File.Exists(Packed(file))) is { } missing)
            DataErrors.Unavailable($"there is no {Packed(missing)}.");
        var transfer = new Transfer(progress, $"Unpacking {from}", files.Sum(static file => file.Size));
        transfer.Begin();
        FileWork.Each(files.Count, i => GzipFile.Unpack(
            Packed(files[i]), Path.Combine(folder, files[i].Name), files[i].Size, transfer, cancellation), cancellation);
    }

    string Packed(DataFile file) => Path.Combine(from, file.Name + GzipFile.Extension);
}
