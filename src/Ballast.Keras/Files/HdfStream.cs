namespace Ballast;

/// <summary>A stream that ends a reader's patience: a damaged file whose parts lead around in a circle is read so many times at most.</summary>
sealed class HdfStream(Stream inner) : Stream
{
    // Whole files are read once, their directories a few times more; one read is some ten bytes of a directory.
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
        return read;
    }

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
