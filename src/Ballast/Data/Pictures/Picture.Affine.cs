namespace Ballast;

/// <summary>How a pixel is read between pixels.</summary>
public enum PictureInterpolation
{
    /// <summary>The pixel it lies in. torchvision: <c>NEAREST</c>.</summary>
    Nearest,

    /// <summary>The mean of the four around it, by their distance. torchvision: <c>BILINEAR</c>.</summary>
    Bilinear,
}

public sealed partial class Picture
{
    /// <summary>The picture mirrored from left to right. torchvision: <c>functional.hflip</c>.</summary>
    public Picture FlipHorizontal()
    {
        byte[] result = [.. bytes];
        for (int row = 0; row < Channels * Height; row++)
            result.AsSpan(row * Width, Width).Reverse();
        return new Picture(Shape, result);
    }

    /// <summary>The picture mirrored from top to bottom. torchvision: <c>functional.vflip</c>.</summary>
    public Picture FlipVertical()
    {
        var result = new byte[bytes.Length];
        for (int row = 0; row < Channels * Height; row++)
        {
            var (channel, y) = Math.DivRem(row, Height);
            bytes.AsSpan(row * Width, Width).CopyTo(result.AsSpan((channel * Height + Height - 1 - y) * Width));
        }

        return new Picture(Shape, result);
    }

    /// <summary>A part of the picture, resized. torchvision: <c>functional.resized_crop</c>.</summary>
    /// <exception cref="ArgumentException">A part or a size without pixels.</exception>
    public Picture ResizedCrop(int top, int left, int partHeight, int partWidth, int height, int width) =>
        Crop(top, left, partHeight, partWidth).Resize(height, width);

    /// <summary>The picture turned against the clock around its middle; its size stays. torchvision: <c>functional.rotate</c> of a
    /// Pillow image.</summary>
    /// <param name="degrees">The angle.</param>
    /// <param name="interpolation">How pixels are read.</param>
    /// <param name="fill">What comes in from outside.</param>
    /// <exception cref="ArgumentException">An angle that is not finite.</exception>
    public Picture Rotate(double degrees, PictureInterpolation interpolation = PictureInterpolation.Nearest, PictureColor fill = default)
    {
        Throw.Unless(double.IsFinite(degrees), $"Picture.Rotate: expected a finite angle, got {degrees}.");
        degrees -= 360 * Math.Floor(degrees / 360);
        if (degrees == 0)
            return this;
        if (degrees == 180)
            return FlipHorizontal().FlipVertical();
        double angle = -degrees * Math.PI / 180, cos = Math.Round(Math.Cos(angle), 15), sin = Math.Round(Math.Sin(angle), 15);
        double x = Width / 2.0, y = Height / 2.0;
        return Transformed([cos, sin, -cos * x - sin * y + x, -sin, cos, sin * x - cos * y + y], interpolation, fill);
    }

    /// <summary>The picture turned, moved, scaled and sheared around its middle; its size stays. torchvision: <c>functional.affine</c> of
    /// a Pillow image.</summary>
    /// <param name="degrees">The angle, with the clock.</param>
    /// <param name="right">How many pixels it is moved to the right.</param>
    /// <param name="down">How many pixels it is moved down.</param>
    /// <param name="scale">How many times as large it gets.</param>
    /// <param name="shearX">The angle of the shear along x, in degrees.</param>
    /// <param name="shearY">The angle of the shear along y.</param>
    /// <param name="interpolation">How pixels are read.</param>
    /// <param name="fill">What comes in from outside.</param>
    /// <exception cref="ArgumentException">A scale that is not above 0, or a value that is not finite.</exception>
    public Picture Affine(
        double degrees = 0, double right = 0, double down = 0, double scale = 1, double shearX = 0, double shearY = 0,
        PictureInterpolation interpolation = PictureInterpolation.Nearest, PictureColor fill = default) =>
        Affine((Width * 0.5, Height * 0.5), degrees, right, down, scale, shearX, shearY, interpolation, fill);

    /// <summary>The same around another point.</summary>
    internal Picture Affine(
        (double X, double Y) center, double degrees, double right, double down, double scale, double shearX, double shearY,
        PictureInterpolation interpolation, PictureColor fill)
    {
        Throw.Unless(scale > 0 && double.IsFinite(scale), $"Picture.Affine: expected a scale above 0, got {scale}.");
        Throw.Unless(double.IsFinite(degrees + right + down + shearX + shearY),
            $"Picture.Affine: expected finite values, got {degrees}, {right}, {down}, {shearX} and {shearY}.");
        double turn = degrees * Math.PI / 180, sx = shearX * Math.PI / 180, sy = shearY * Math.PI / 180;
        double a = Math.Cos(turn - sy) / Math.Cos(sy), b = -Math.Cos(turn - sy) * Math.Tan(sx) / Math.Cos(sy) - Math.Sin(turn);
        double c = Math.Sin(turn - sy) / Math.Cos(sy), d = -Math.Sin(turn - sy) * Math.Tan(sx) / Math.Cos(sy) + Math.Cos(turn);
        double[] inverse = [d / scale, -b / scale, 0, -c / scale, a / scale, 0];
        inverse[2] = inverse[0] * (-center.X - right) + inverse[1] * (-center.Y - down) + center.X;
        inverse[5] = inverse[3] * (-center.X - right) + inverse[4] * (-center.Y - down) + center.Y;
        return Transformed(inverse, interpolation, fill);
    }

    // From where each pixel comes: x' = m0 x + m1 y + m2, y' = m3 x + m4 y + m5, of the pixels' middles, as Pillow does it.
    Picture Transformed(ReadOnlySpan<double> m, PictureInterpolation interpolation, PictureColor fill)
    {
        var result = new byte[bytes.Length];
        int plane = Height * Width;
        for (int c = 0; c < Channels; c++)
        {
            byte outside = Channels == 1 ? fill.Gray : c == 0 ? fill.Red : c == 1 ? fill.Green : fill.Blue;
            var from = bytes.AsSpan(c * plane, plane);
            for (int y = 0; y < Height; y++)
            {
                var to = result.AsSpan(c * plane + y * Width, Width);
                if (interpolation == PictureInterpolation.Bilinear)
                    Bilinear(from, to, m, y, outside);
                else
                    Nearest(from, to, m, y, outside);
            }
        }

        return new Picture(Shape, result);
    }

    // In whole numbers of 1/65536 pixels.
    void Nearest(ReadOnlySpan<byte> from, Span<byte> to, ReadOnlySpan<double> m, int y, byte outside)
    {
        long x1 = Fixed(m[2] + m[0] * 0.5 + m[1] * 0.5) + y * Fixed(m[1]), y1 = Fixed(m[5] + m[3] * 0.5 + m[4] * 0.5) + y * Fixed(m[4]);
        long right = Fixed(m[0]), down = Fixed(m[3]);
        for (int x = 0; x < to.Length; x++, x1 += right, y1 += down)
        {
            long column = x1 >> 16, row = y1 >> 16;
            to[x] = (ulong)column < (ulong)Width && (ulong)row < (ulong)Height ? from[(int)(row * Width + column)] : outside;
        }
    }

    void Bilinear(ReadOnlySpan<byte> from, Span<byte> to, ReadOnlySpan<double> m, int y, byte outside)
    {
        for (int x = 0; x < to.Length; x++)
        {
            double column = m[0] * (x + 0.5) + m[1] * (y + 0.5) + m[2], row = m[3] * (x + 0.5) + m[4] * (y + 0.5) + m[5];
            if (!(column >= 0 && column < Width && row >= 0 && row < Height))
            {
                to[x] = outside;
                continue;
            }

            int left = (int)Math.Floor(column - 0.5), top = (int)Math.Floor(row - 0.5);
            double dx = column - 0.5 - left, dy = row - 0.5 - top;
            int x0 = Math.Max(left, 0), x1 = Math.Min(left + 1, Width - 1), y0 = Math.Max(top, 0) * Width, y1 = Math.Min(top + 1, Height - 1) * Width;
            double above = from[y0 + x0] + (from[y0 + x1] - from[y0 + x0]) * dx, below = from[y1 + x0] + (from[y1 + x1] - from[y1 + x0]) * dx;
            to[x] = (byte)(above + (below - above) * dy);
        }
    }

    static long Fixed(double value) => (long)Math.Floor(value * 65536 + 0.5);
}
