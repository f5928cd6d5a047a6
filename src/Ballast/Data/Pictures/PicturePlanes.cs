namespace Ballast;

/// <summary>Interleaved pixels made a <see cref="Picture"/>: channels apart, transparency composed, grey or RGB as asked.</summary>
static class PicturePlanes
{
    const int Piece = 2048;

    /// <summary>Makes a picture.</summary>
    /// <param name="pixels">Height x width x stored bytes.</param>
    /// <param name="height">How many rows.</param>
    /// <param name="width">How many pixels a row.</param>
    /// <param name="stored">Bytes a pixel: grey, grey and alpha, RGB, or RGBA.</param>
    /// <param name="options">The channels and the background.</param>
    /// <exception cref="InvalidDataException">A transparent pixel, and no background.</exception>
    public static Picture Arrange(ReadOnlySpan<byte> pixels, int height, int width, int stored, PictureOptions options)
    {
        int count = height * width, own = stored - (stored + 1) % 2;
        bool transparent = stored != own && IsTransparent(pixels, width, stored, options);
        byte[] bytes = GC.AllocateUninitializedArray<byte>(own * count);
        // Piece by piece, so that the pixels are read from the caches for the second channel.
        for (int i = 0; i < count && !transparent; i += Piece)
        {
            int length = Math.Min(Piece, count - i);
            for (int c = 0; c < own; c++)
                PixelPlanes.Take(pixels[(i * stored)..], stored, c, bytes.AsSpan(c * count + i, length));
        }

        for (int c = 0; c < own && transparent; c++)
        {
            var plane = bytes.AsSpan(c * count, count);
            var back = options.Background!.Value;
            int behind = own == 1 ? back.Gray : c == 0 ? back.Red : c == 1 ? back.Green : back.Blue;
            for (int i = 0, from = 0; i < plane.Length; i++, from += stored)
            {
                int alpha = pixels[from + stored - 1];
                plane[i] = (byte)((pixels[from + c] * alpha + behind * (255 - alpha) + 127) / 255);
            }
        }

        return new Picture([own, height, width], bytes).WithChannels(options.Channels ?? own);
    }

    /// <summary>RGB from grey: the plane three times.</summary>
    public static byte[] Colored(ReadOnlySpan<byte> gray)
    {
        byte[] bytes = new byte[3 * gray.Length];
        for (int c = 0; c < 3; c++)
            gray.CopyTo(bytes.AsSpan(c * gray.Length));
        return bytes;
    }

    /// <summary>Grey from RGB, as Pillow converts to <c>L</c>.</summary>
    public static byte[] Gray(ReadOnlySpan<byte> planes)
    {
        int count = planes.Length / 3;
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++)
            bytes[i] = new PictureColor(planes[i], planes[count + i], planes[2 * count + i]).Gray;
        return bytes;
    }

    static bool IsTransparent(ReadOnlySpan<byte> pixels, int width, int stored, PictureOptions options)
    {
        Span<byte> piece = stackalloc byte[Piece];
        for (int i = 0; i < pixels.Length / stored; i += Piece)
        {
            var alphas = piece[..Math.Min(Piece, pixels.Length / stored - i)];
            PixelPlanes.Take(pixels[(i * stored)..], stored, stored - 1, alphas);
            int at = alphas.IndexOfAnyExcept(byte.MaxValue);
            if (at < 0)
                continue;
            if (options.Background is null)
            {
                int pixel = i + at;
                Throw.InvalidData($"the pixel in row {pixel / width}, column {pixel % width} is transparent. Save the picture "
                    + "without transparency, or choose a background.");
            }

            return true;
        }

        return false;
    }
}
