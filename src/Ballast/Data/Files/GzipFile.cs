using System.IO.Compression;

namespace Ballast;

/// <summary>Unpacks files that <c>gzip</c> has packed, one in each.</summary>
static class GzipFile
{
    const int BufferSize = 1 << 17;

    /// <summary>What is added to a file's name when it is packed.</summary>
    public const string Extension = ".gz";

    /// <summary>The most bytes that a packed file has: what cannot be compressed is stored in blocks with 5 bytes before each, and a
    /// header may hold a name and a comment.</summary>
    public static long MostBytes(long size) => size + size / 1000 + (1 << 16);

    /// <summary>Unpacks into a new file, which has to become exactly <paramref name="size"/> bytes long: no more is ever
    /// written, whatever the packed file claims to hold.</summary>
    /// <exception cref="InvalidDataException">The packed file is damaged, or holds more or less.</exception>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public static void Unpack(string packed, string path, long size, Transfer transfer, CancellationToken cancellation)
    {
        using var from = new FileStream(packed, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, BufferSize);
        using var content = new GZipStream(from, CompressionMode.Decompress);
        using var to = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        var buffer = new byte[BufferSize];
        long written = 0;
        for (int count; (count = Read(content, buffer, packed)) > 0; written += count)
        {
            cancellation.ThrowIfCancellationRequested();
            if (written + count > size)
                Throw.InvalidData($"{packed} holds more than {size} bytes. It is another file.");
            to.Write(buffer, 0, count);
            transfer.Add(count);
        }

        // A packed file that is cut may end without a word.
        if (written != size)
            Throw.InvalidData($"{packed} holds {written} bytes, expected {size}. It is truncated, or another file.");
    }

    static int Read(GZipStream content, byte[] buffer, string packed)
    {
        try
        {
            return content.Read(buffer);
        }
        catch (InvalidDataException e)
        {
            Throw.InvalidData($"{packed} cannot be unpacked: {e.Message}", e);
            return 0;
        }
    }
}
