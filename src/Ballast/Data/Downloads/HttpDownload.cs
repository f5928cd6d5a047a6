using System.Security.Cryptography;

namespace Ballast;

/// <summary>Downloads one file over HTTP.</summary>
static class HttpDownload
{
    /// <summary>Short: a host that can't be reached must not keep the next source waiting.</summary>
    static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(8);

    /// <summary>A connection that brings nothing for so long is given up.</summary>
    static readonly TimeSpan StallTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Writes what is at an address to a new file.</summary>
    /// <param name="address">Where it is.</param>
    /// <param name="path">A file that is not there yet.</param>
    /// <param name="limit">The most bytes that are written.</param>
    /// <param name="handler">Stands in for the network, where it isn't null.</param>
    /// <param name="progress">Told of the bytes that came.</param>
    /// <param name="cancellation">Ends it; what came so far stays.</param>
    /// <returns>Its SHA-256 in lower-case hexadecimal.</returns>
    /// <exception cref="HttpRequestException">The host cannot be reached, or refuses.</exception>
    /// <exception cref="InvalidDataException">There is more than <paramref name="limit"/>.</exception>
    /// <exception cref="IOException">The connection broke or stalled, or the file cannot be written.</exception>
    public static string Run(
        string address, string path, long limit, HttpMessageHandler? handler, IProgress<DownloadProgress>? progress,
        CancellationToken cancellation) =>
        RunAsync(address, path, limit, handler, progress, cancellation).GetAwaiter().GetResult();

    static async Task<string> RunAsync(
        string address, string path, long limit, HttpMessageHandler? handler, IProgress<DownloadProgress>? progress,
        CancellationToken cancellation)
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
            if (response.Content.Headers.ContentLength is { } announced && announced > limit)
                Throw.InvalidData($"it announces {announced} bytes, expected {limit} at most. It is another file.");
            var content = await response.Content.ReadAsStreamAsync(stalled.Token).ConfigureAwait(false);
            var transfer = new Transfer(progress, $"Downloading {address}", response.Content.Headers.ContentLength);
            transfer.Begin();
            long received = 0;
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
            var buffer = new byte[1 << 17];
            while (true)
            {
                stalled.CancelAfter(StallTimeout);
                int count = await content.ReadAsync(buffer, stalled.Token).ConfigureAwait(false);
                if (count == 0)
                    return Convert.ToHexStringLower(hash.GetHashAndReset());
                received += count;
                if (received > limit)
                    Throw.InvalidData($"it brings more than the {limit} bytes expected at most. It is another file.");
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
