namespace Ballast;

/// <summary>Files at an address, each packed by <c>gzip</c>. They are known by what they hold: the same content packed
/// again is as good.</summary>
/// <param name="address">The folder they are in, with a slash at its end.</param>
/// <param name="files">The files, as they are unpacked.</param>
/// <param name="handler">Stands in for the network, where it isn't null.</param>
sealed class HttpFiles(string address, IReadOnlyList<DataFile> files, HttpMessageHandler? handler = null) : IDataSource
{
    public string Name => address;

    public void Fetch(string folder, IProgress<DownloadProgress>? progress, CancellationToken cancellation)
    {
        foreach (var file in files)
        {
            string packed = Path.Combine(folder, file.Name + GzipFile.Extension);
            HttpDownload.Run(address + file.Name + GzipFile.Extension, packed, GzipFile.MostBytes(file.Size), handler, progress, cancellation);
            var transfer = new Transfer(progress, $"Unpacking {file.Name}", file.Size);
            transfer.Begin();
            GzipFile.Unpack(packed, Path.Combine(folder, file.Name), file.Size, transfer, cancellation);
            File.Delete(packed);
        }
    }
}
