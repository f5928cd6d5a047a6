using Ballast.Kernels;

namespace Ballast;

/// <summary>A decoded picture as bytes <c>[C, H, W]</c>: one channel for grey, three for RGB, each channel's rows one
/// after the other.</summary>
/// <remarks>Of 16 bits the high byte is kept or the nearest value taken, as the decoder says, and a palette becomes RGB. An alpha
/// channel that is opaque everywhere is dropped; a transparent pixel is composed over <see cref="PictureOptions.Background"/>, and
/// refused where there is none. (torchvision's loader drops alpha silently, and turns grey into RGB.)</remarks>
public sealed partial class Picture
{
    readonly byte[] bytes;

    /// <summary>Makes a picture of its bytes, which are not copied.</summary>
    /// <param name="shape"><c>[1, H, W]</c> for grey, <c>[3, H, W]</c> for RGB.</param>
    /// <param name="bytes">The samples, 0 to 255, row-major.</param>
    /// <exception cref="ArgumentException">Another shape, or another number of bytes.</exception>
    public Picture(Shape shape, byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        Throw.Unless(shape.Rank == 3 && shape[0] is 1 or 3 && shape.Length > 0, $"Picture: expected a shape [1, H, W] or [3, H, W], got {shape}.");
        Throw.Unless(bytes.Length == shape.Length, $"Picture: the shape {shape} needs {shape.Length} bytes, got {bytes.Length}.");
        Shape = shape;
        this.bytes = bytes;
    }

    /// <summary><c>[1, H, W]</c> for a grey picture, <c>[3, H, W]</c> for one in colour.</summary>
    public Shape Shape { get; }

    /// <summary>C: 1 for grey, 3 for RGB.</summary>
    public int Channels => Shape[0];

    /// <summary>H: how many rows there are.</summary>
    public int Height => Shape[1];

    /// <summary>W: how many pixels a row has.</summary>
    public int Width => Shape[2];

    /// <summary>The samples, 0 to 255, row-major.</summary>
    public ReadOnlySpan<byte> Bytes => bytes;

    /// <summary>Makes a picture of pixels that lie one after the other, as decoders give them.</summary>
    /// <param name="pixels">H x W x C bytes.</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    /// <param name="channels">Bytes a pixel: 1 for grey, 2 for grey and alpha, 3 for RGB, 4 for RGB and alpha.</param>
    /// <param name="options">The channels that the picture shall have, and what is behind transparent pixels.</param>
    /// <exception cref="ArgumentException">Other sizes.</exception>
    /// <exception cref="InvalidDataException">A transparent pixel, and no background.</exception>
    public static Picture FromPixels(ReadOnlySpan<byte> pixels, int height, int width, int channels, PictureOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Throw.Unless(height > 0 && width > 0 && channels is >= 1 and <= 4 && pixels.Length == (long)height * width * channels,
            $"Picture.FromPixels: {height} x {width} pixels of {channels} bytes do not make {pixels.Length} bytes.");
        return PicturePlanes.Arrange(pixels, height, width, channels, options);
    }

    /// <summary>Reads a picture file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Limits and colours.</param>
    /// <param name="decoder">What reads it; <see cref="PictureDecoder.Default"/> where null.</param>
    /// <exception cref="InvalidDataException">It is no picture, a damaged one, one beyond the limits, or one with transparent pixels
    /// where no background is given.</exception>
    /// <exception cref="IOException">There is no such file, it is a folder, or it cannot be read.</exception>
    public static Picture Read(string path, PictureOptions? options = null, PictureDecoder? decoder = null)
    {
        options ??= new PictureOptions();
        decoder ??= PictureDecoder.Default;
        try
        {
            return decoder.Decode(PictureDecoder.ReadFile(path, decoder, options), options);
        }
        catch (InvalidDataException e)
        {
            Throw.InvalidData($"{path.ReplaceLineEndings(@"\n")} cannot be used: {e.Message} Expected a picture: {decoder.Formats}.", e);
            return null;
        }
    }

    /// <summary>Reads picture files, which all have to be of one shape.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="shape">The shape that is expected; null for that of the first.</param>
    /// <param name="cancellation">Looked at with every picture.</param>
    /// <exception cref="InvalidDataException">A file that is no picture, or one of another size or colour; the message names
    /// the first such file and says how many more there are.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static IReadOnlyList<Picture> ReadAll(
        IReadOnlyList<string> paths, Shape? shape = null, CancellationToken cancellation = default)
    {
        var pictures = new Picture[paths.Count];
        if (paths.Count == 0)
            return pictures;
        var (expected, reason) = shape is { } given ? (given, "") : (Read(paths[0]).Shape, $", as {paths[0]} is");
        var failures = PictureFiles.Each(paths, path => Read(path), (i, picture) => pictures[i] = PictureFiles.Fitting(
            picture, paths[i], expected, reason), cancellation);
        PictureFiles.Refuse(failures);
        return pictures;
    }

    /// <summary>Pictures of one shape as a batch of floats <c>[N, C, H, W]</c>, <c>b / 255f</c>: torchvision's
    /// <c>ToTensor</c> of each under <c>torch.stack</c>.</summary>
    /// <exception cref="ArgumentException">No pictures, or pictures of several shapes.</exception>
    public static unsafe Tensor Stack(params ReadOnlySpan<Picture> pictures)
    {
        Throw.Unless(pictures.Length > 0, $"Picture.Stack: expected at least one picture, got none.");
        var shape = pictures[0].Shape;
        int size = shape.Length;
        var values = Buffer.Rent(pictures.Length * size);
        fixed (float* to = values.Span(pictures.Length * size))
        {
            for (int i = 0; i < pictures.Length; i++)
            {
                Throw.Unless(pictures[i].Shape == shape,
                    $"Picture.Stack: expected pictures of one shape, got {pictures[i].Shape} at {i} and {shape} at 0.");
                fixed (byte* from = pictures[i].bytes)
                    RowPrologue.Convert(from, to + (nint)i * size, size);
            }
        }

        return new Tensor(shape.Batched(pictures.Length), new Values(values));
    }
}
