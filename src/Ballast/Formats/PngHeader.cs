using System.Buffers.Binary;

namespace Ballast;

/// <summary>What the first chunk of a PNG says: the picture's size and how its samples are stored.</summary>
readonly record struct PngHeader(int Width, int Height, int BitDepth, PngColor Color)
{
    /// <summary>The bytes of an IHDR chunk.</summary>
    public const int Size = 13;

    /// <summary>Larger pictures are refused before anything is allocated: 2^28 pixels.</summary>
    public const long MaxPixels = 1L << 28;

    /// <summary>Samples a stored pixel: one for a palette's index.</summary>
    public int StoredChannels => Color switch
    {
        PngColor.GrayAlpha => 2,
        PngColor.Rgb => 3,
        PngColor.Rgba => 4,
        _ => 1,
    };

    /// <summary>Samples a decoded pixel: three for a palette's colour.</summary>
    public int Channels => Color == PngColor.Palette ? 3 : StoredChannels;

    /// <summary>Bytes a stored row, without its filter byte.</summary>
    public long RowBytes => ((long)Width * StoredChannels * BitDepth + 7) / 8;

    /// <summary>Reads and checks the IHDR chunk's bytes.</summary>
    /// <exception cref="InvalidDataException">An unknown or unsupported form, or a picture too large.</exception>
    public static PngHeader Parse(ReadOnlySpan<byte> bytes)
    {
        uint width = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        uint height = BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]);
        int depth = bytes[8];
        var color = (PngColor)bytes[9];
        if (width is 0 or > int.MaxValue || height is 0 or > int.MaxValue || (long)width * height > MaxPixels)
            Throw.InvalidData($"PNG: the header says {width} x {height} pixels; expected at least 1 x 1 and at most "
                + $"{MaxPixels} in all. Split or shrink the picture.");
        bool known = color switch
        {
            PngColor.Gray => depth is 1 or 2 or 4 or 8 or 16,
            PngColor.Palette => depth is 1 or 2 or 4 or 8,
            PngColor.Rgb or PngColor.GrayAlpha or PngColor.Rgba => depth is 8 or 16,
            _ => false,
        };
        if (!known)
            Throw.InvalidData($"PNG: the header says colour type {bytes[9]} with {depth} bits, which is none of the "
                + "format's. The file is damaged.");
        if (bytes[10] != 0 || bytes[11] != 0 || bytes[12] > 1)
            Throw.InvalidData($"PNG: unknown compression {bytes[10]}, filtering {bytes[11]} or interlacing {bytes[12]}. "
                + "The file is damaged.");
        if (bytes[12] == 1)
            Throw.InvalidData("PNG: the picture is interlaced (Adam7), which is not read. Save it without interlacing.");

        var header = new PngHeader((int)width, (int)height, depth, color);
        if (Math.Max(header.RowBytes + 1, (long)header.Width * header.Channels) * height > Array.MaxLength)
            Throw.InvalidData($"PNG: {width} x {height} pixels of {header.StoredChannels} x {depth} bits are more than "
                + $"{Array.MaxLength} bytes. Split or shrink the picture.");
        return header;
    }
}

/// <summary>The colour types of PNG, by their numbers in the file.</summary>
enum PngColor : byte
{
    Gray = 0,
    Rgb = 2,
    Palette = 3,
    GrayAlpha = 4,
    Rgba = 6,
}
