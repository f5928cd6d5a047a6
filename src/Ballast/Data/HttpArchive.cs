using System.Security.Cryptography;

namespace Ballast;

/// <summary>A <c>.tar.gz</c> archive at an address, whose SHA-256 is known.</summary>
/// <param name="address">Where it is.</param>
/// <param name="sha256">Its SHA-256 in lower-case hexadecimal.</param>
/// <param name="names">The files to take out of it.</param>
/// <param name="handler">Stands in for the network, where it isn't null.</param>
sealed class HttpArchive(
    string address, string sha256, IReadOnlyCollection<string> names, HttpMessageHandler? handler = null) : IDataSource
{
    /// <summary>Short: a host that can't be reached must not keep the next source waiting.</summary>
    static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(8);

    /// <summary>A connection that brings nothing for so long is given up.</summary>
    static readonly TimeSpan StallTimeout = TimeSpan.FromSeconds(30);

    public string Name => address;

    public void Fetch(string folder, IProgress<DownloadProgress>? progress, CancellationToken cancellation)
    {
        string archive = Path.Combine(folder, "archive.tar.gz");
        string found = Download(archive, progress, cancellation).GetAwaiter().GetResult();
        if (found != sha256)
            Throw.InvalidData($"the archive is damaged: expected the SHA-256 {sha256}, found {found}.");
        TarArchive.Extract(archive, folder, names, progress, cancellation);
    }

    async Task<string> Download(string path, IProgress<DownloadProgress>? progress, CancellationToken cancellation)
    {
        using var stalled = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var client = handler is null
            ? new HttpClient(new SocketsHttpHandler { ConnectTimeout = ConnectTimeout })
            : new HttpClient(handler, disposeHandler: false);
        client.Timeout = Timeout.InfiniteTimeSpan;
        try
        {
            stalled.CancelAfter(StallTimeout);
            using var response = await client
                .GetAsync(new Uri(address), HttpCompletionOption.ResponseHeadersRead, stalled.Token).ConfigureAwait(false);
            response.EnsureSuccessStatusCode();
            var content = await response.Content.ReadAsStreamAsync(stalled.Token).ConfigureAwait(false);
            var transfer = new Transfer(progress, $"Downloading {address}", response.Content.Headers.ContentLength);
            transfer.Begin();
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
            var buffer = new byte[1 << 17];
            while (true)
            {
                stalled.CancelAfter(StallTimeout);
                int count = await content.ReadAsync(buffer, stalled.Token).ConfigureAwait(false);
                if (count == 0)
                    return Convert.ToHexStringLower(hash.GetHashAndReset());
                hash.AppendData(buffer, 0, count);
                file.Write(buffer, 0, count);
                transfer.Add(count);
            }
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            DataErrors.Unavailable("no answer in time.", e);
            return "";
        }
    }
}
