using System.Buffers.Binary;

namespace Ballast;

/// <summary>A stream that ends a reader's patience: a damaged file whose parts lead around in a circle is read so many times at most. The reader
/// makes arrays for the lengths that heaps claim before it reads them, so these are held against the file as soon as a heap's signature is
/// read.</summary>
sealed class HdfStream(Stream inner) : Stream
{
    // Whole files are read once, their directories a few times more; one read is some ten bytes of a directory.
    const int Signature = 4;

    readonly long mostBytes = (inner.Length * 64) + (1 << 24), mostReads = inner.Length + (1 << 18);
    long bytes, reads;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => true;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => inner.Length;

    /// <inheritdoc/>
    public override long Position
    {
        get => inner.Position;
        set => Seek(value, SeekOrigin.Begin);
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        int read = inner.Read(buffer);
        if (buffer.Length > 0 && read == 0)
            throw new InvalidDataException("the HDF5 file ends before what it says is in it.");
        if ((bytes += read) > mostBytes || ++reads > mostReads)
            throw new InvalidDataException("the HDF5 file leads around in a circle.");
        if (read == Signature && buffer.Length == Signature)
            CheckHeap(buffer);
        return read;
    }

    void CheckHeap(ReadOnlySpan<byte> signature)
    {
        long after = inner.Position, begin = after - Signature;
        if (signature.SequenceEqual("HEAP"u8))
            Require(Length64(begin + 8), inner.Length);
        else if (signature.SequenceEqual("GCOL"u8))
            CheckCollection(begin);
        inner.Position = after;
    }

    // Objects of an index, two numbers and a length each, padded to multiples of 8; what has the index 0 is free.
    void CheckCollection(long begin)
    {
        long end = begin + Require(Length64(begin + 8), inner.Length - begin);
        for (long at = begin + 16; at + 16 <= end;)
        {
            bool isFree = (Length64(at) & 0xFFFF) == 0;
            if (isFree)
                return;
            at += 16 + ((Require(Length64(at + 8), end - at - 16) + 7) & ~7);
        }
    }

    long Length64(long at)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        inner.Position = Math.Min(at, inner.Length);
        return inner.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) == bytes.Length ? BinaryPrimitives.ReadInt64LittleEndian(bytes)
            : throw new InvalidDataException("the HDF5 file ends before what it says is in it.");
    }

    static long Require(long length, long available) => length >= 0 && length <= available ? length
        : throw new InvalidDataException($"a heap of the HDF5 file claims {length} bytes, and there are {available}.");

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin)
    {
        long to = origin switch { SeekOrigin.Begin => offset, SeekOrigin.Current => inner.Position + offset, _ => inner.Length + offset };
        if (to < 0 || to > inner.Length)
            throw new InvalidDataException("the HDF5 file points beyond its end.");
        return inner.Position = to;
    }

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
