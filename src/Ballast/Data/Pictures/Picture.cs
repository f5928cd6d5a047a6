using Ballast.Kernels;

namespace Ballast;

/// <summary>A decoded PNG picture as bytes <c>[C, H, W]</c>: one channel for grey, three for RGB, each channel's rows one
/// after the other.</summary>
/// <remarks>
/// Grey of 1, 2 or 4 bits is spread over 0..255, of 16 bits the high byte is kept, and a palette becomes RGB. An alpha
/// channel that is opaque everywhere is dropped; a transparent pixel is refused, since a picture does not say what is
/// behind it. (torchvision's loader drops alpha silently, and turns grey into RGB.)
/// </remarks>
public sealed class Picture
{
    readonly byte[] bytes;

    Picture(Shape shape, byte[] bytes)
    {
        Shape = shape;
        this.bytes = bytes;
    }

    /// <summary><c>[1, H, W]</c> for a grey picture, <c>[3, H, W]</c> for one in colour.</summary>
    public Shape Shape { get; }

    /// <summary>The samples, 0 to 255, row-major.</summary>
    public ReadOnlySpan<byte> Bytes => bytes;

    /// <summary>Reads a PNG file.</summary>
    /// <exception cref="InvalidDataException">It is no PNG picture, a damaged one, or one with transparent pixels.
    /// </exception>
    /// <exception cref="IOException">There is no such file, it is a folder, or it cannot be read.</exception>
    public static Picture Read(string path)
    {
        if (Directory.Exists(path))
            DataErrors.Unavailable($"{path} is a folder. Expected a PNG file: name the files in it.");
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no file {path}. Expected a PNG picture.", path);
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 14);
            return Arrange(PngImage.Decode(stream));
        }
        catch (InvalidDataException e)
        {
            Throw.InvalidData($"{path} cannot be used: {e.Message} Expected a PNG picture, grey or RGB.", e);
            return null;
        }
    }

    /// <summary>Reads PNG files, which all have to be of one shape.</summary>
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
        PictureFiles.Each(paths, expected, reason, (i, picture) => pictures[i] = picture, cancellation);
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
                    Rows.Convert(from, to + (nint)i * size, size);
            }
        }

        return new Tensor(shape.Batched(pictures.Length), new Values(values));
    }

    // Channels apart, and an opaque alpha channel left out.
    static Picture Arrange(PngImage image)
    {
        int stored = image.Channels, channels = stored - (stored + 1) % 2, pixels = image.Width * image.Height;
        if (stored != channels)
            RefuseTransparent(image, stored);
        var bytes = new byte[channels * pixels];
        for (int c = 0; c < channels; c++)
        {
            var plane = bytes.AsSpan(c * pixels, pixels);
            for (int i = 0, from = c; i < plane.Length; i++, from += stored)
                plane[i] = image.Pixels[from];
        }

        return new Picture([channels, image.Height, image.Width], bytes);
    }

    static void RefuseTransparent(PngImage image, int stored)
    {
        for (int i = 0; i < image.Width * image.Height; i++)
        {
            if (image.Pixels[i * stored + stored - 1] != byte.MaxValue)
            {
                Throw.InvalidData($"PNG: the pixel in row {i / image.Width}, column {i % image.Width} is transparent. Save the "
                    + "picture without transparency, on the background that you want.");
            }
        }
    }
}
