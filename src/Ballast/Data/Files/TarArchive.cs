using System.Formats.Tar;
using System.IO.Compression;

namespace Ballast;

/// <summary>Takes files out of a <c>.tar.gz</c> archive.</summary>
static class TarArchive
{
    const int BufferSize = 1 << 17;

    /// <summary>Writes the named files into a folder, whatever folders they are in inside the archive; others are passed
    /// over, so that no path in an archive can lead anywhere.</summary>
    /// <param name="archive">The archive.</param>
    /// <param name="folder">Where the files are put.</param>
    /// <param name="names">Their names.</param>
    /// <param name="limit">The most bytes that one of them may have.</param>
    /// <param name="progress">Told of the bytes that were written.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="InvalidDataException">The archive is damaged, or a file isn't in it or too large.</exception>
    public static void Extract(
        string archive, string folder, IReadOnlyCollection<string> names, long limit, IProgress<DownloadProgress>? progress,
        CancellationToken cancellation)
    {
        var missing = new HashSet<string>(names, StringComparer.Ordinal);
        using var packed = new FileStream(archive, FileMode.Open, FileAccess.Read, FileShare.Read, BufferSize);
        using var unpacked = new GZipStream(packed, CompressionMode.Decompress);
        using var tar = new TarReader(unpacked);
        var transfer = new Transfer(progress, "Unpacking", null);
        transfer.Begin();
        var buffer = new byte[BufferSize];
        try
        {
            while (missing.Count > 0 && tar.GetNextEntry() is { } entry)
            {
                string name = entry.Name[(entry.Name.LastIndexOf('/') + 1)..];
                if (!missing.Remove(name))
                    continue;
                if (entry.Length > limit)
                    Throw.InvalidData($"{entry.Name} has {entry.Length} bytes, expected {limit} at most.");
                Write(entry, Path.Combine(folder, name), buffer, transfer, cancellation);
            }
        }
        catch (Exception e) when (e is FormatException or EndOfStreamException or InvalidDataException)
        {
            Throw.InvalidData($"the archive cannot be unpacked: {e.Message}", e);
        }

        if (missing.Count > 0)
            Throw.InvalidData($"the archive does not hold {string.Join(", ", missing)}.");
    }

    static void Write(
        TarEntry entry, string path, byte[] buffer, Transfer transfer, CancellationToken cancellation)
    {
        var content = entry.DataStream ?? Stream.Null;      // an empty file has none
        long written = 0;
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        for (int count; (count = content.Read(buffer)) > 0; written += count)
        {
            cancellation.ThrowIfCancellationRequested();
            file.Write(buffer, 0, count);
            transfer.Add(count);
        }

        // An archive that is cut inside a file ends there without a word.
        if (written != entry.Length)
            Throw.InvalidData($"{entry.Name} has {written} of {entry.Length} bytes.");
    }
}
