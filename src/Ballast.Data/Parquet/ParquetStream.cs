namespace Ballast;

/// <summary>A Parquet file as the library reads it. The library goes to a page and reads its header byte by byte: before the first of them the
/// header is looked at, so that each page lies in the file, comes after the one before it, and asks for no more memory than its chunk may
/// take. The end of the file is an error, as the library takes it for bytes of 255, without an end.</summary>
/// <param name="file">The file; it is closed with the stream.</param>
sealed class ParquetStream(Stream file) : Stream
{
    const int Window = 4096;

    bool isPage;

    /// <summary>How many values a page may have: those of the largest group of rows.</summary>
    public long MostValues { get; set; } = int.MaxValue;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => true;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => file.Length;

    /// <inheritdoc/>
    public override long Position
    {
        get => file.Position;
        set => file.Position = value;
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin)
    {
        isPage = origin == SeekOrigin.Begin;
        return file.Seek(offset, origin);
    }

    /// <inheritdoc/>
    public override int ReadByte()
    {
        if (isPage)
            CheckPage();
        isPage = false;
        int value = file.ReadByte();
        return value >= 0 ? value : throw new EndOfStreamException("it ends early");
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer) => file.Read(buffer);

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => file.Read(buffer, offset, count);

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        new(file.Read(buffer.Span));

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        Task.FromResult(file.Read(buffer, offset, count));

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            file.Dispose();
        base.Dispose(disposing);
    }

    // Fields 2 and 3 of a header are a page's sizes, unpacked and packed; field 1 of those of data and of dictionaries is how many values it has.
    void CheckPage()
    {
        long at = file.Position, unpacked = 0, packed = 0, values = 0, entries = 0, levels = 0;
        for (long window = Window; ; window *= 8)
        {
            byte[] bytes = new byte[(int)Math.Min(Math.Min(window, file.Length - at), Array.MaxLength)];
            file.ReadExactly(bytes);
            file.Position = at;
            try
            {
                new ParquetThrift(bytes, See).Walk("PageHeader");
                break;
            }
            catch (ParquetThriftException e) when (e.IsEnd && bytes.Length < Math.Min(file.Length - at, Array.MaxLength))
            {
            }
            catch (ParquetThriftException e)
            {
                throw new ParquetThriftException(e.IsEnd, $"the header of the page at byte {at} is damaged: {e.Message}");
            }
        }

        if (packed < 0 || packed > file.Length - at || unpacked < 0)
            throw Fault($"has {packed} bytes, {unpacked} unpacked, and after its beginning there are {file.Length - at}");
        if (values < 0 || values > MostValues || entries < 0 || entries > Math.Max(unpacked, MostValues) || levels < 0 || levels > packed)
            throw Fault($"of {unpacked} bytes has {Math.Max(values, entries)} values, and {levels} bytes say which are missing");

        void See(string structure, int field, long value)
        {
            switch (structure, field)
            {
                case ("PageHeader", 2):
                    unpacked = value;
                    break;
                case ("PageHeader", 3):
                    packed = value;
                    break;
                case ("DataPageHeader" or "DataPageHeaderV2", 1):
                    values = value;
                    break;
                case ("DictionaryPageHeader", 1):
                    entries = value;
                    break;
                case ("DataPageHeaderV2", 2 or 5 or 6) when value < 0 || levels < 0:
                    levels = -1;
                    break;
                case ("DataPageHeaderV2", 5 or 6):
                    levels += value;
                    break;
            }
        }

        ParquetThriftException Fault(string message) => new(false, $"the page at byte {at} {message}");
    }
}
