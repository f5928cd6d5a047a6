using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Formats.Bmp;
using SixLabors.ImageSharp.Formats.Gif;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.Formats.Tiff;
using SixLabors.ImageSharp.Formats.Webp;
using SixLabors.ImageSharp.Metadata;

namespace Ballast;

/// <summary>A format of picture files.</summary>
public enum PhotoFormat
{
    /// <summary>None that is known.</summary>
    Unknown,

    /// <summary>JPEG: baseline and progressive, grey, YCbCr, CMYK.</summary>
    Jpeg,

    /// <summary>PNG, interlaced or not.</summary>
    Png,

    /// <summary>WebP, lossy and lossless.</summary>
    Webp,

    /// <summary>BMP.</summary>
    Bmp,

    /// <summary>GIF: its first picture.</summary>
    Gif,

    /// <summary>TIFF: its first page.</summary>
    Tiff,
}

/// <summary>The formats and their decoders.</summary>
static class PhotoFormats
{
    public static readonly PhotoFormat[] All =
        [PhotoFormat.Jpeg, PhotoFormat.Png, PhotoFormat.Webp, PhotoFormat.Bmp, PhotoFormat.Gif, PhotoFormat.Tiff];

    /// <summary>What a message calls a format.</summary>
    public static string Name(PhotoFormat format) => format switch
    {
        PhotoFormat.Webp => "WebP",
        _ => format.ToString().ToUpperInvariant(),
    };

    /// <summary>The format that the first bytes say.</summary>
    public static PhotoFormat Find(ReadOnlySpan<byte> file) =>
        file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? PhotoFormat.Jpeg
        : file.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) ? PhotoFormat.Png
        : file.StartsWith("RIFF"u8) && file.Length > 12 && file[8..].StartsWith("WEBP"u8) ? PhotoFormat.Webp
        : file.StartsWith("GIF87a"u8) || file.StartsWith("GIF89a"u8) ? PhotoFormat.Gif
        : file.StartsWith((ReadOnlySpan<byte>)[0x49, 0x49, 0x2A, 0]) || file.StartsWith((ReadOnlySpan<byte>)[0x4D, 0x4D, 0, 0x2A]) ? PhotoFormat.Tiff
        : file.StartsWith("BM"u8) && file.Length > 26 ? PhotoFormat.Bmp
        : PhotoFormat.Unknown;

    /// <summary>A decoder of a format.</summary>
    public static IImageDecoder Decoder(PhotoFormat format) => format switch
    {
        PhotoFormat.Jpeg => new JpegDecoder(),
        PhotoFormat.Png => new SixLabors.ImageSharp.Formats.Png.PngDecoder(),
        PhotoFormat.Webp => new WebpDecoder(),
        PhotoFormat.Bmp => new BmpDecoder(),
        PhotoFormat.Gif => new GifDecoder { DecodingMode = FrameDecodingMode.First, MaxFrames = 1 },
        _ => new TiffDecoder { DecodingMode = FrameDecodingMode.First },
    };

    /// <summary>Whether a header says that there is one channel beside transparency.</summary>
    public static bool IsGray(PhotoFormat format, IImageInfo info) => format switch
    {
        PhotoFormat.Jpeg => info.Metadata.GetJpegMetadata().ColorType == JpegColorType.Luminance,
        PhotoFormat.Png => info.Metadata.GetPngMetadata().ColorType is PngColorType.Grayscale or PngColorType.GrayscaleWithAlpha,
        _ => false,
    };

    /// <summary>Whether a JPEG's header says that its colours have fewer samples than its brightness, or are four.</summary>
    public static bool IsYCbCr(IImageInfo info) => info.Metadata.GetJpegMetadata().ColorType
        is JpegColorType.YCbCrRatio420 or JpegColorType.YCbCrRatio422 or JpegColorType.YCbCrRatio411 or JpegColorType.YCbCrRatio410;

    /// <summary>Whether a header leaves it open that pixels are transparent.</summary>
    public static bool MayBeTransparent(PhotoFormat format, IImageInfo info) => format switch
    {
        PhotoFormat.Jpeg => false,
        PhotoFormat.Png => info.Metadata.GetPngMetadata() is { } png
            && (png.HasTransparency || png.ColorType is PngColorType.GrayscaleWithAlpha or PngColorType.RgbWithAlpha or PngColorType.Palette),
        _ => true,
    };
}
