namespace Ballast;

/// <summary>Bytes of a file that are read when they are asked for.</summary>
abstract class ByteSource
{
    /// <summary>The number of bytes.</summary>
    public abstract long Length { get; }

    /// <summary>Fills a span with the bytes from an offset on; the caller stays within <see cref="Length"/>.</summary>
    /// <exception cref="InvalidDataException">The file became shorter, or its compressed content is damaged.</exception>
    public abstract void Read(long offset, Span<byte> destination);

    /// <summary>The bytes in memory where they lie there already, else null.</summary>
    public virtual ReadOnlyMemory<byte>? Memory => null;

    /// <summary>The bytes between two offsets; the caller stays within <see cref="Length"/>.</summary>
    public virtual ByteSource Slice(long offset, long length) => new SlicedSource(this, offset, length);

    sealed class SlicedSource(ByteSource whole, long start, long length) : ByteSource
    {
        public override long Length => length;

        public override void Read(long offset, Span<byte> destination) => whole.Read(start + offset, destination);

        public override ByteSource Slice(long offset, long sliceLength) => new SlicedSource(whole, start + offset, sliceLength);
    }
}

/// <summary>Bytes in memory.</summary>
sealed class MemorySource(ReadOnlyMemory<byte> bytes) : ByteSource
{
    /// <inheritdoc/>
    public override long Length => bytes.Length;

    /// <inheritdoc/>
    public override ReadOnlyMemory<byte>? Memory => bytes;

    /// <inheritdoc/>
    public override void Read(long offset, Span<byte> destination) =>
        bytes.Span.Slice((int)offset, destination.Length).CopyTo(destination);

    /// <inheritdoc/>
    public override ByteSource Slice(long offset, long length) => new MemorySource(bytes.Slice((int)offset, (int)length));
}

/// <summary>Elements of two to eight bytes whose order is reversed: big-endian numbers read as little-endian ones.</summary>
sealed class SwappedSource(ByteSource source, int size) : ByteSource
{
    /// <inheritdoc/>
    public override long Length => source.Length;

    /// <inheritdoc/>
    public override void Read(long offset, Span<byte> destination)
    {
        // Callers read whole elements.
        source.Read(offset, destination);
        for (int i = 0; i + size <= destination.Length; i += size)
            destination.Slice(i, size).Reverse();
    }
}
