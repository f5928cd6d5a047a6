namespace Ballast;

/// <summary>A reader of picture files, of one format or of several. The library itself reads PNG; the package
/// <c>Ballast.Data</c> has a decoder of the formats that cameras and programs write.</summary>
/// <remarks>A decoder keeps no state between two files: it is called from several threads at once.</remarks>
public abstract class PictureDecoder
{
    static PictureDecoder standard = PngDecoder.Instance;

    /// <summary>Makes a decoder.</summary>
    protected PictureDecoder()
    {
    }

    /// <summary>The decoder of the library itself: PNG that is not interlaced.</summary>
    public static PictureDecoder Png => PngDecoder.Instance;

    /// <summary>The decoder where none is named: <see cref="Png"/>, until a program chooses another.</summary>
    public static PictureDecoder Default
    {
        get => standard;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            standard = value;
        }
    }

    /// <summary>The formats, as a message lists them: <c>PNG</c>.</summary>
    public abstract string Formats { get; }

    /// <summary>A name that changes when the same file may give other pixels: a part of the key under which resized pictures are
    /// cached.</summary>
    public abstract string Version { get; }

    /// <summary>The size and the colour of a picture, from its header alone.</summary>
    /// <param name="file">The whole file.</param>
    /// <exception cref="InvalidDataException">No picture that this decoder reads, or a damaged header.</exception>
    public abstract PictureInfo Identify(ReadOnlyMemory<byte> file);

    /// <summary>Decodes a picture.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="options">The limits and the colours.</param>
    /// <exception cref="InvalidDataException">No picture that this decoder reads, a damaged one, one beyond the limits, or one with
    /// transparent pixels where no background is given.</exception>
    public abstract Picture Decode(ReadOnlyMemory<byte> file, PictureOptions options);

    /// <summary>Reads a picture file whole, within the limits.</summary>
    /// <exception cref="InvalidDataException">It is empty, or larger than the limit.</exception>
    /// <exception cref="IOException">There is no such file, it is a folder, or it cannot be read.</exception>
    internal static byte[] ReadFile(string path, PictureDecoder decoder, PictureOptions options)
    {
        if (Directory.Exists(path))
            DataErrors.Unavailable($"{path} is a folder. Expected a picture ({decoder.Formats}): name the files in it.");
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no file {path}. Expected a picture ({decoder.Formats}).", path);
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        if (stream.Length > options.MaxFileBytes)
            Throw.InvalidData($"the file has {stream.Length} bytes, more than the limit of {options.MaxFileBytes}.");
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        if (bytes.Length == 0)
            Throw.InvalidData("the file is empty.");
        return bytes;
    }
}

/// <summary>What the header of a picture file says.</summary>
/// <param name="Format">The format's name: <c>JPEG</c>.</param>
/// <param name="Width">How many pixels a row has, the picture turned as its orientation says.</param>
/// <param name="Height">How many rows there are, likewise.</param>
/// <param name="IsGray">Whether the picture has one channel, apart from transparency.</param>
public readonly record struct PictureInfo(string Format, int Width, int Height, bool IsGray);

/// <summary>A colour.</summary>
/// <param name="Red">0 to 255.</param>
/// <param name="Green">0 to 255.</param>
/// <param name="Blue">0 to 255.</param>
public readonly record struct PictureColor(byte Red, byte Green, byte Blue)
{
    /// <summary>White.</summary>
    public static PictureColor White { get; } = new(255, 255, 255);

    /// <summary>Black.</summary>
    public static PictureColor Black { get; } = new(0, 0, 0);

    /// <summary>Its grey, as Pillow converts to <c>L</c>: (19595 R + 38470 G + 7471 B + 32768) / 65536.</summary>
    public byte Gray => (byte)((19595 * Red + 38470 * Green + 7471 * Blue + 0x8000) >> 16);
}

/// <summary>How a picture file is decoded.</summary>
public sealed record PictureOptions
{
    /// <summary>How many channels the picture gets: 1 for grey, 3 for RGB; null, the default, for those of the file.</summary>
    public int? Channels { get; init; }

    /// <summary>The colour over which transparent pixels are composed; null, the default, refuses them, since a picture does not say
    /// what is behind it. (torchvision drops the transparency and shows the colours under it.)</summary>
    public PictureColor? Background { get; init; }

    /// <summary>The most pixels of a picture: 100 million. A larger one is refused before memory is taken.</summary>
    public long MaxPixels { get; init; } = 100_000_000;

    /// <summary>The most bytes of a file: 1 GiB.</summary>
    public long MaxFileBytes { get; init; } = 1L << 30;

    /// <summary>Refuses a picture with more pixels than the limit.</summary>
    /// <exception cref="InvalidDataException">It has more.</exception>
    public void Check(PictureInfo info)
    {
        if ((long)info.Width * info.Height > MaxPixels)
        {
            Throw.InvalidData($"{info.Format}: the header says {info.Width} x {info.Height} pixels, more than the limit of {MaxPixels}. "
                + "Shrink the picture, or raise the limit.");
        }
    }
}
