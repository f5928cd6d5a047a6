using System.IO.Compression;

namespace Ballast;

/// <summary>Reads a PNG picture row by row as bytes, interleaved as in the file. Gray of 1, 2 or 4 bits is spread over
/// 0..255, of 16 bits the high byte is kept, a palette becomes RGB. Transparency outside an alpha channel (tRNS) and
/// colour profiles are passed over, as PyTorch's <c>torchvision.io.read_image</c> does.</summary>
/// <remarks>Source: PNG specification, third edition (W3C). Interlaced pictures are refused. Every refusal is an
/// <see cref="InvalidDataException"/>.</remarks>
sealed class PngReader : IDisposable
{
    const int MostExpansion = 1032;      // what a byte of deflate can expand to at the most

    readonly PngChunks chunks;
    readonly PngData data;
    readonly ZLibStream pixels;
    readonly int rowBytes;
    byte[] palette = [];
    byte[] stored;                       // filter byte, then the row
    byte[] above;
    int rowsRead;

    /// <summary>Reads up to the pixels; the stream stays the caller's to close.</summary>
    public PngReader(Stream stream)
    {
        chunks = new PngChunks(stream);
        Header = ReadHeader(stream);
        ReadUpToPixels();
        rowBytes = (int)Header.RowBytes;
        stored = new byte[rowBytes + 1];
        above = new byte[rowBytes + 1];
        data = new PngData(chunks);
        pixels = new ZLibStream(data, CompressionMode.Decompress);
    }

    /// <summary>The picture's size and form in the file.</summary>
    public PngHeader Header { get; }

    /// <summary>Reads the next row: width x channels bytes. After the last one the file's end is checked too.</summary>
    public void ReadRow(Span<byte> destination)
    {
        Throw.Unless(destination.Length == Header.Width * Header.Channels,
            $"PngReader: a row has {Header.Width} x {Header.Channels} bytes, got room for {destination.Length}.");
        if (rowsRead == Header.Height)
            Throw.InvalidOperation($"PngReader: all {Header.Height} rows have been read.");

        if (Inflate(stored) < stored.Length)
            Throw.InvalidData($"PNG: the pixels end in row {rowsRead} of {Header.Height}. The file is truncated.");
        var row = stored.AsSpan(1);
        PngFilter.Undo(stored[0], row, above.AsSpan(1), Math.Max(1, Header.StoredChannels * Header.BitDepth / 8));
        Expand(row, destination);
        (stored, above) = (above, stored);
        if (++rowsRead == Header.Height)
            Finish();
    }

    /// <summary>Frees the decompressor.</summary>
    public void Dispose() => pixels.Dispose();

    PngHeader ReadHeader(Stream stream)
    {
        chunks.Next();
        if (chunks.Type != "IHDR" || chunks.Remaining != PngHeader.Size)
            Throw.InvalidData($"PNG: expected the chunk IHDR of {PngHeader.Size} bytes first, got {chunks.Type} of "
                + $"{chunks.Remaining}. The file is damaged.");
        Span<byte> bytes = stackalloc byte[PngHeader.Size];
        chunks.ReadAll(bytes);
        var header = PngHeader.Parse(bytes);
        // A few bytes cannot hold a huge picture: refused before any memory is taken for it.
        if (stream.CanSeek && (header.RowBytes + 1) * header.Height / MostExpansion > stream.Length - stream.Position)
            Throw.InvalidData($"PNG: the header says {header.Width} x {header.Height} pixels, more than the file's "
                + $"{stream.Length} bytes can hold. It is truncated or damaged.");
        return header;
    }

    void ReadUpToPixels()
    {
        for (chunks.Next(); chunks.Type != "IDAT"; chunks.Next())
        {
            if (chunks.Type == "PLTE")
                ReadPalette();
            else if (chunks.Type == "IEND")
                Throw.InvalidData("PNG: there are no pixels before the end. The file is damaged.");
            else
                RefuseIfCritical();
            chunks.Skip();
        }

        if (Header.Color == PngColor.Palette && palette.Length == 0)
            Throw.InvalidData("PNG: the palette is missing. The file is damaged.");
    }

    void ReadPalette()
    {
        if (chunks.Remaining is 0 or > 768 || chunks.Remaining % 3 != 0)
            Throw.InvalidData($"PNG: a palette of {chunks.Remaining} bytes; expected 3 for each of 1 to 256 colours. "
                + "The file is damaged.");
        palette = new byte[chunks.Remaining];
        chunks.ReadAll(palette);
    }

    // An upper-case first letter means: whoever doesn't know this chunk cannot show the picture.
    void RefuseIfCritical()
    {
        if (char.IsAsciiLetterUpper(chunks.Type[0]) && chunks.Type != "PLTE")
            Throw.InvalidData($"PNG: the chunk {chunks.Type} is not known here and cannot be passed over.");
    }

    int Inflate(Span<byte> destination)
    {
        try
        {
            return pixels.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false);
        }
        catch (IOException e) when (!data.SourceFailed)
        {
            // The decompressor reports what it cannot do (a preset dictionary) as if a device had failed.
            Throw.InvalidData("PNG: the pixels cannot be decompressed. The file is damaged.", e);
            return 0;
        }
    }

    void Finish()
    {
        Span<byte> beyond = stackalloc byte[1];
        if (Inflate(beyond) > 0)      // reading to the end also checks the data's Adler-32
            Throw.InvalidData($"PNG: there are pixels beyond row {Header.Height}. The file is damaged.");
        data.Drain();
        while (chunks.Type != "IEND")
        {
            RefuseIfCritical();
            chunks.Skip();
            chunks.Next();
        }

        chunks.Skip();
    }

    void Expand(ReadOnlySpan<byte> row, Span<byte> destination)
    {
        int depth = Header.BitDepth;
        if (Header.Color == PngColor.Palette)
        {
            for (int x = 0; x < Header.Width; x++)
                Color(Sample(row, x, depth)).CopyTo(destination[(3 * x)..]);
        }
        else if (depth == 8)
        {
            row.CopyTo(destination);
        }
        else if (depth == 16)
        {
            for (int i = 0; i < destination.Length; i++)
                destination[i] = row[2 * i];
        }
        else
        {
            int step = 255 / ((1 << depth) - 1);
            for (int x = 0; x < destination.Length; x++)
                destination[x] = (byte)(Sample(row, x, depth) * step);
        }
    }

    // Samples of 1, 2, 4 or 8 bits lie in a byte from its high end on.
    static int Sample(ReadOnlySpan<byte> row, int x, int depth)
    {
        int bit = x * depth;
        return row[bit >> 3] >> 8 - depth - (bit & 7) & (1 << depth) - 1;
    }

    ReadOnlySpan<byte> Color(int index)
    {
        if (3 * index >= palette.Length)
            Throw.InvalidData($"PNG: a pixel has colour {index} of a palette of {palette.Length / 3}. The file is damaged.");
        return palette.AsSpan(3 * index, 3);
    }
}
