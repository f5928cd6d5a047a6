namespace Ballast;

/// <summary>A <c>.tar.gz</c> archive at an address, whose SHA-256 is known.</summary>
/// <param name="address">Where it is.</param>
/// <param name="sha256">Its SHA-256 in lower-case hexadecimal.</param>
/// <param name="limit">The most bytes it may have.</param>
/// <param name="files">The files to take out of it; none may be larger there.</param>
/// <param name="handler">Stands in for the network, where it isn't null.</param>
sealed class HttpArchive(
    string address, string sha256, long limit, IReadOnlyCollection<DataFile> files, HttpMessageHandler? handler = null) : IDataSource
{
    public string Name => address;

    public void Fetch(string folder, IProgress<DownloadProgress>? progress, CancellationToken cancellation)
    {
        string archive = Path.Combine(folder, "archive.tar.gz");
        string found = HttpDownload.Run(address, archive, limit, handler, progress, cancellation);
        if (found != sha256)
            Throw.InvalidData($"the archive is damaged: expected the SHA-256 {sha256}, found {found}.");
        TarArchive.Extract(archive, folder, [.. files.Select(static file => file.Name)], files.Max(static file => file.Size), progress, cancellation);
    }
}
