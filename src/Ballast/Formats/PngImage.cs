namespace Ballast;

/// <summary>A decoded picture: <see cref="Height"/> rows of <see cref="Width"/> pixels of <see cref="Channels"/> bytes
/// (gray, gray and alpha, RGB or RGBA), interleaved.</summary>
sealed class PngImage
{
    PngImage(PngHeader header, byte[] pixels)
    {
        Width = header.Width;
        Height = header.Height;
        Channels = header.Channels;
        Pixels = pixels;
    }

    public int Width { get; }

    public int Height { get; }

    public int Channels { get; }

    public byte[] Pixels { get; }

    /// <summary>Decodes a whole picture; see <see cref="PngReader"/> for what is read and how.</summary>
    /// <exception cref="InvalidDataException">Not a PNG picture, a damaged one, or one too large.</exception>
    public static PngImage Decode(Stream stream)
    {
        using var reader = new PngReader(stream);
        var header = reader.Header;
        int rowLength = header.Width * header.Channels;
        var pixels = new byte[rowLength * header.Height];
        for (int y = 0; y < header.Height; y++)
            reader.ReadRow(pixels.AsSpan(y * rowLength, rowLength));
        return new PngImage(header, pixels);
    }
}
