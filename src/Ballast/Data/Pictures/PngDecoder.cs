namespace Ballast;

/// <summary>The library's own decoder: PNG, not interlaced.</summary>
sealed class PngDecoder : PictureDecoder
{
    public static PngDecoder Instance { get; } = new();

    public override string Formats => "PNG";

    public override string Version => "png 1";

    public override PictureInfo Identify(ReadOnlyMemory<byte> file)
    {
        using var png = new PngReader(Stream(file));
        return Info(png.Header);
    }

    public override Picture Decode(ReadOnlyMemory<byte> file, PictureOptions options)
    {
        options.Check(Identify(file));
        var image = PngImage.Decode(Stream(file));
        return PicturePlanes.Arrange(image.Pixels, image.Height, image.Width, image.Channels, options);
    }

    static PictureInfo Info(PngHeader header) =>
        new("PNG", header.Width, header.Height, header.Color is PngColor.Gray or PngColor.GrayAlpha);

    static MemoryStream Stream(ReadOnlyMemory<byte> file) =>
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(file, out var part)
            ? new MemoryStream(part.Array!, part.Offset, part.Count, writable: false) : new MemoryStream(file.ToArray(), writable: false);
}
