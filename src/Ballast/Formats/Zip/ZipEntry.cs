using System.Buffers.Binary;
using System.IO.Compression;

namespace Ballast;

/// <summary>One entry of a zip, its numbers those of the central directory.</summary>
/// <param name="source">The archive.</param>
/// <param name="path">The archive's path, for messages.</param>
/// <param name="name">The entry's name.</param>
/// <param name="method">How it is compressed.</param>
/// <param name="crc">The CRC-32 of its content.</param>
/// <param name="offset">Where its local header begins.</param>
/// <param name="packed">Its bytes in the archive.</param>
/// <param name="unpacked">Its bytes.</param>
sealed class ZipEntry(
    ByteSource source, string path, string name, int method, uint crc, long offset, long packed, long unpacked)
{
    /// <summary>The method of an entry that is not compressed.</summary>
    public const int Stored = 0;

    /// <summary>The method of a deflated entry.</summary>
    public const int Deflated = 8;

    /// <summary>The most bytes that deflate makes of one: a match of 258 bytes in two bits.</summary>
    public const int MostDeflated = 1032;

    const uint LocalMark = 0x04034B50;
    const int LocalLength = 30;

    /// <summary>The name.</summary>
    public string Name => name;

    /// <summary>The number of bytes, unpacked.</summary>
    public long Length => unpacked;

    /// <summary>The number of bytes in the archive.</summary>
    public long PackedLength => packed;

    /// <summary>The whole content in memory, its CRC checked.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or longer than <paramref name="most"/>.</exception>
    public byte[] Content(int most)
    {
        if (unpacked > most)
            Fail($"has {unpacked} bytes; at most {most} are read");
        byte[] bytes = new byte[unpacked];
        Bytes().Read(0, bytes);
        if (PngCrc.Finish(PngCrc.Append(PngCrc.Start, bytes)) != crc)
            Fail("does not have the sum that the archive keeps for it. The file is damaged");
        return bytes;
    }

    /// <summary>The content, read when it is asked for; its CRC is not checked.</summary>
    public ByteSource Bytes()
    {
        Span<byte> local = stackalloc byte[LocalLength];
        if (offset > source.Length - LocalLength)
            Fail("lies beyond the end of the file");
        source.Read(offset, local);
        if (BinaryPrimitives.ReadUInt32LittleEndian(local) != LocalMark)
            Fail("is not where the directory says. The file is damaged");
        long start = offset + LocalLength + BinaryPrimitives.ReadUInt16LittleEndian(local[26..])
            + BinaryPrimitives.ReadUInt16LittleEndian(local[28..]);
        if (start > source.Length - packed)
            Fail("lies beyond the end of the file");
        var bytes = source.Slice(start, packed);
        return method == Stored ? bytes : new InflatedSource(this, bytes);
    }

    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    void Fail(string what) => Throw.InvalidData($"{path}: the entry {SafetensorsHeader.Quote(name)} {what}.");

    // Deflated bytes can be read from the front only: an earlier offset than the last one's end starts over.
#pragma warning disable CA1001 // Nothing but memory hangs on the stream, and its end lets go of that.
    sealed class InflatedSource(ZipEntry entry, ByteSource packed) : ByteSource
    {
        DeflateStream? stream;
        long position;

        public override long Length => entry.Length;

        public override void Read(long offset, Span<byte> destination)
        {
            try
            {
                if (stream is null || offset < position)
                {
                    stream?.Dispose();
                    stream = new DeflateStream(new SourceStream(packed), CompressionMode.Decompress);
                    position = 0;
                }

                Span<byte> passed = stackalloc byte[4096];
                while (position < offset)
                {
                    var part = passed[..(int)Math.Min(passed.Length, offset - position)];
                    stream.ReadExactly(part);
                    position += part.Length;
                }

                stream.ReadExactly(destination);
                position += destination.Length;
                if (position == Length)
                {
                    stream.Dispose();
                    stream = null;
                }
            }
            catch (Exception failure) when (failure is EndOfStreamException or InvalidDataException)
            {
                stream?.Dispose();
                stream = null;
                Throw.InvalidData($"{entry.Path}: the compressed bytes of {SafetensorsHeader.Quote(entry.Name)} are damaged.", failure);
            }
        }
    }

#pragma warning restore CA1001

    string Path => path;
}
