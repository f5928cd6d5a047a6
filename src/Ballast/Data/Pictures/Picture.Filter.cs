namespace Ballast;

public sealed partial class Picture
{
    /// <summary>The picture blurred by a normal distribution; what lies outside is mirrored. torchvision:
    /// <c>functional.gaussian_blur</c>.</summary>
    /// <param name="size">How many pixels are looked at along each axis: odd.</param>
    /// <param name="sigma">The standard deviation in pixels.</param>
    /// <exception cref="ArgumentException">An even size, one that mirrors more than the picture, or a deviation that is not above 0.</exception>
    public Picture GaussianBlur(int size, double sigma)
    {
        Throw.Unless(size > 0 && size % 2 == 1, $"Picture.GaussianBlur: expected an odd size, got {size}.");
        Throw.Unless(size / 2 < Math.Min(Height, Width),
            $"Picture.GaussianBlur: a size of {size} mirrors more than there is of {Width} x {Height} pixels.");
        Throw.Unless(sigma > 0 && double.IsFinite(sigma), $"Picture.GaussianBlur: expected a deviation above 0, got {sigma}.");
        int half = size / 2;
        float[] weights = new float[size];
        for (int i = 0; i < size; i++)
            weights[i] = MathF.Exp(-0.5f * MathF.Pow((i - half) / (float)sigma, 2));
        float sum = weights.Sum();
        for (int i = 0; i < size; i++)
            weights[i] /= sum;

        // One axis after the other is the product of both.
        var rows = new float[Height * Width];
        var result = new byte[bytes.Length];
        for (int c = 0; c < Channels; c++)
        {
            var plane = bytes.AsSpan(c * rows.Length, rows.Length);
            for (int y = 0; y < Height; y++)
            {
                for (int x = 0; x < Width; x++)
                {
                    float value = 0;
                    for (int k = 0; k < size; k++)
                        value += weights[k] * plane[y * Width + Mirror(x + k - half, Width)];
                    rows[y * Width + x] = value;
                }
            }

            for (int y = 0; y < Height; y++)
            {
                for (int x = 0; x < Width; x++)
                {
                    float value = 0;
                    for (int k = 0; k < size; k++)
                        value += weights[k] * rows[Mirror(y + k - half, Height) * Width + x];
                    result[c * rows.Length + y * Width + x] = (byte)Math.Clamp(MathF.Round(value), 0, 255);
                }
            }
        }

        return new Picture(Shape, result);
    }

    /// <summary>The picture with a part in one colour. torchvision: <c>functional.erase</c>.</summary>
    /// <exception cref="ArgumentException">A part that does not lie inside.</exception>
    public Picture Erase(int top, int left, int height, int width, PictureColor color = default)
    {
        Throw.Unless(top >= 0 && left >= 0 && height > 0 && width > 0 && top + height <= Height && left + width <= Width,
            $"Picture.Erase: {width} x {height} pixels from column {left}, row {top} do not lie within {Width} x {Height}.");
        byte[] result = [.. bytes];
        for (int c = 0; c < Channels; c++)
        {
            byte value = Channels == 1 ? color.Gray : c == 0 ? color.Red : c == 1 ? color.Green : color.Blue;
            for (int y = top; y < top + height; y++)
                result.AsSpan((c * Height + y) * Width + left, width).Fill(value);
        }

        return new Picture(Shape, result);
    }

    // Pillow's SMOOTH: the neighbours once, the pixel five times, over 13; the outermost pixels stay.
    byte[] Smooth()
    {
        byte[] result = [.. bytes];
        for (int c = 0; c < Channels; c++)
        {
            for (int y = 1; y < Height - 1; y++)
            {
                for (int x = 1; x < Width - 1; x++)
                {
                    int at = (c * Height + y) * Width + x, sum = 4 * bytes[at];
                    for (int row = at - Width; row <= at + Width; row += Width)
                        sum += bytes[row - 1] + bytes[row] + bytes[row + 1];
                    result[at] = (byte)(sum / 13f + 0.5f);
                }
            }
        }

        return result;
    }

    static int Mirror(int place, int count) => place < 0 ? -place : place < count ? place : 2 * (count - 1) - place;
}
