namespace Ballast;

/// <summary>The contents of consecutive IDAT chunks as one stream: what the decompressor reads from.</summary>
sealed class PngData(PngChunks chunks) : Stream
{
    const string Type = "IDAT";

    /// <summary>Whether reading the file itself has failed: not the picture's fault.</summary>
    public bool SourceFailed { get; private set; }

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty)
            return 0;
        try
        {
            while (chunks.Type == Type)
            {
                int count = chunks.Read(buffer);
                if (count > 0)
                    return count;
                chunks.Next();
            }

            return 0;
        }
        catch (IOException)
        {
            SourceFailed = true;
            throw;
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <summary>Passes over what the decompressor left, so that the chunk after the data stands next.</summary>
    public void Drain()
    {
        while (chunks.Type == Type)
        {
            chunks.Skip();
            chunks.Next();
        }
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
