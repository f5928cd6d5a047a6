using System.Runtime.InteropServices;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Advanced;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Memory;
using SixLabors.ImageSharp.Metadata.Profiles.Exif;
using SixLabors.ImageSharp.PixelFormats;

namespace Ballast;

/// <summary>A decoder of JPEG, PNG, WebP, BMP, GIF (its first picture) and TIFF (its first page), turned as their EXIF orientation
/// says.</summary>
/// <remarks>
/// <para>It is built on SixLabors.ImageSharp 2.1. Only the decoder that the file's first bytes ask for is called, with a limit on the
/// memory of one picture, and never before the size in the header was held against <see cref="PictureOptions.MaxPixels"/>. A file
/// that ends early is refused; ImageSharp would show grey for what is missing.</para>
/// <para>JPEG with fewer samples of colour than of brightness gets its colours as libjpeg interpolates them (4:2:0, 4:2:2 and 4:4:0); with
/// other proportions each sample is repeated, as in libjpeg.</para>
/// <para>Samples of 16 bits become the nearest of 8. CMYK and YCCK become RGB without a colour profile, as Pillow does.</para>
/// </remarks>
public sealed class PhotoDecoder : PictureDecoder
{
    readonly HashSet<PhotoFormat> allowed;
    readonly Configuration configuration;

    /// <summary>Makes a decoder.</summary>
    /// <param name="formats">The formats that are read, all where none is named: a program that takes files from strangers
    /// names those that it needs.</param>
    public PhotoDecoder(params ReadOnlySpan<PhotoFormat> formats)
    {
        allowed = formats.IsEmpty ? [.. PhotoFormats.All] : [.. formats];
        configuration = new Configuration
        {
            MaxDegreeOfParallelism = 1,       // files are decoded side by side
            PreferContiguousImageBuffers = true,
            MemoryAllocator = MemoryAllocator.Create(new MemoryAllocatorOptions { AllocationLimitMegabytes = MaxMegabytes }),
        };
    }

    /// <summary>The most memory that one picture may ask for at once, in megabytes.</summary>
    public const int MaxMegabytes = 1024;

    /// <inheritdoc/>
    public override string Formats => string.Join(", ", PhotoFormats.All.Where(allowed.Contains).Select(PhotoFormats.Name));

    /// <inheritdoc/>
    public override string Version => "photo 2 (ImageSharp 2.1.13)";

    /// <inheritdoc/>
    public override PictureInfo Identify(ReadOnlyMemory<byte> file)
    {
        var format = Find(file.Span);
        return Describe(format, Header(format, file));
    }

    /// <inheritdoc/>
    public override Picture Decode(ReadOnlyMemory<byte> file, PictureOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var format = Find(file.Span);
        var decoder = PhotoFormats.Decoder(format);
        var header = Header(format, file);
        var info = Describe(format, header);
        options.Check(info);
        PhotoEnd.Refuse(format, file.Span);
        return Try(format, () =>
        {
            var frame = format == PhotoFormat.Jpeg && PhotoFormats.IsYCbCr(header) ? JpegFrame.Find(file.Span) : null;
            var picture = frame is { } halved ? LoadHalved(decoder, file, halved, options)
                : !PhotoFormats.MayBeTransparent(format, header)
                ? info.IsGray ? Load<L8>(decoder, file, 1, options) : Load<Rgb24>(decoder, file, 3, options)
                : info.IsGray ? Load<La16>(decoder, file, 2, options) : Load<Rgba32>(decoder, file, 4, options);
            return PhotoOrientation.Upright(picture, Orientation(header));
        });
    }

    IImageInfo Header(PhotoFormat format, ReadOnlyMemory<byte> file) => Try<IImageInfo>(format, () => format == PhotoFormat.Gif
        ? new GifInfo(file.Span) : ((IImageInfoDetector)PhotoFormats.Decoder(format)).Identify(configuration, Stream(file), default)
            ?? throw new InvalidDataException($"{PhotoFormats.Name(format)}: the file has no header. It is damaged."));

    Picture Load<T>(IImageDecoder decoder, ReadOnlyMemory<byte> file, int channels, PictureOptions options)
        where T : unmanaged, IPixel<T>
    {
        using var image = decoder.Decode<T>(configuration, Stream(file), default);
        var pixels = MemoryMarshal.AsBytes(image.GetPixelMemoryGroup().Single().Span);
        return Picture.FromPixels(pixels, image.Height, image.Width, channels, options);
    }

    // ImageSharp repeats samples of colour, where others interpolate between them.
    Picture LoadHalved(IImageDecoder decoder, ReadOnlyMemory<byte> file, JpegFrame frame, PictureOptions options)
    {
        using var image = decoder.Decode<Rgb24>(configuration, Stream(frame.WithoutConversion(file.Span)), default);
        return new Picture([3, image.Height, image.Width], JpegColors.Planes(image, frame)).WithChannels(options.Channels ?? 3);
    }

    PhotoFormat Find(ReadOnlySpan<byte> file)
    {
        var format = PhotoFormats.Find(file);
        if (allowed.Contains(format))
            return format;
        throw new InvalidDataException(format == PhotoFormat.Unknown
            ? "it begins as no picture does that is read here." : $"it is a {PhotoFormats.Name(format)} picture, which is not read here.");
    }

    static PictureInfo Describe(PhotoFormat format, IImageInfo info)
    {
        bool turned = Orientation(info) >= 5;
        return new PictureInfo(PhotoFormats.Name(format), turned ? info.Height : info.Width, turned ? info.Width : info.Height,
            PhotoFormats.IsGray(format, info));
    }

    static int Orientation(IImageInfo info)
    {
        var value = info.Metadata.ExifProfile?.GetValue(ExifTag.Orientation);
        return value is { Value: >= 1 and <= 8 } ? value.Value : 1;
    }

    // Whatever a decoder throws of a file, it is the file's fault: crafted ones reach its every corner.
    static T Try<T>(PhotoFormat format, Func<T> decode)
    {
        try
        {
            return decode();
        }
        catch (InvalidDataException)
        {
            throw;
        }
        catch (InvalidMemoryOperationException e)
        {
            throw new InvalidDataException($"{PhotoFormats.Name(format)}: the picture asks for more than {MaxMegabytes} MB of memory.", e);
        }
#pragma warning disable CA1031 // The cause stays within.
        catch (Exception e) when (e is not OutOfMemoryException)
#pragma warning restore CA1031
        {
            throw new InvalidDataException($"{PhotoFormats.Name(format)}: the file is damaged: {Printable(e.Message)}", e);
        }
    }

    static string Printable(string text) => string.Concat(text.Select(static c => char.IsControl(c) ? ' ' : c)).TrimEnd('.', ' ') + ".";

    static MemoryStream Stream(ReadOnlyMemory<byte> file) =>
        MemoryMarshal.TryGetArray(file, out var part)
            ? new MemoryStream(part.Array!, part.Offset, part.Count, writable: false) : new MemoryStream(file.ToArray(), writable: false);
}
