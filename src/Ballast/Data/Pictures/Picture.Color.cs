namespace Ballast;

public sealed partial class Picture
{
    /// <summary>The picture darker (below 1) or brighter. torchvision: <c>functional.adjust_brightness</c> of a Pillow image.</summary>
    /// <exception cref="ArgumentException">A factor below 0.</exception>
    public Picture AdjustBrightness(double factor) => Blend(static (_, _) => 0, Checked(factor));

    /// <summary>The picture nearer to the mean of its grey (below 1) or further from it. torchvision: <c>adjust_contrast</c>.</summary>
    /// <exception cref="ArgumentException">A factor below 0.</exception>
    public Picture AdjustContrast(double factor)
    {
        var gray = WithChannels(1).bytes;
        long sum = 0;
        foreach (byte value in gray)
            sum += value;
        byte mean = (byte)((double)sum / gray.Length + 0.5);
        return Blend((_, _) => mean, Checked(factor));
    }

    /// <summary>The picture nearer to its grey (below 1) or further from it. torchvision: <c>adjust_saturation</c>.</summary>
    /// <exception cref="ArgumentException">A factor below 0.</exception>
    public Picture AdjustSaturation(double factor)
    {
        var gray = WithChannels(1).bytes;
        return Blend((_, pixel) => gray[pixel], Checked(factor));
    }

    /// <summary>The picture softer (below 1) or sharper. torchvision: <c>adjust_sharpness</c> of a Pillow image.</summary>
    /// <exception cref="ArgumentException">A factor below 0.</exception>
    public Picture AdjustSharpness(double factor)
    {
        var smooth = Smooth();
        int plane = Height * Width;
        return Blend((channel, pixel) => smooth[channel * plane + pixel], Checked(factor));
    }

    /// <summary>The picture with its colours moved around the circle of hues. torchvision: <c>adjust_hue</c> of a Pillow image.</summary>
    /// <param name="turn">How far, from -0.5 to 0.5.</param>
    /// <exception cref="ArgumentException">Another turn.</exception>
    public Picture AdjustHue(double turn)
    {
        Throw.Unless(turn is >= -0.5 and <= 0.5, $"Picture.AdjustHue: expected a turn from -0.5 to 0.5, got {turn}.");
        if (Channels == 1)
            return this;
        byte added = unchecked((byte)(int)(turn * 255));
        var result = new byte[bytes.Length];
        int plane = Height * Width;
        for (int i = 0; i < plane; i++)
        {
            var (h, s, v) = PictureHue.Of(bytes[i], bytes[plane + i], bytes[2 * plane + i]);
            (result[i], result[plane + i], result[2 * plane + i]) = PictureHue.ToRgb(unchecked((byte)(h + added)), s, v);
        }

        return new Picture(Shape, result);
    }

    /// <summary>255 minus each value. torchvision: <c>functional.invert</c>.</summary>
    public Picture Invert() => Mapped(static value => (byte)(255 - value));

    /// <summary>The highest bits of each value. torchvision: <c>functional.posterize</c>.</summary>
    /// <exception cref="ArgumentException">Not from 0 to 8 bits.</exception>
    public Picture Posterize(int bits)
    {
        Throw.Unless(bits is >= 0 and <= 8, $"Picture.Posterize: expected 0 to 8 bits, got {bits}.");
        int mask = ~((1 << (8 - bits)) - 1);
        return Mapped(value => (byte)(value & mask));
    }

    /// <summary>Values from a threshold on inverted. torchvision: <c>functional.solarize</c>.</summary>
    public Picture Solarize(double threshold) => Mapped(value => value < threshold ? value : (byte)(255 - value));

    /// <summary>Each channel stretched over 0 to 255. torchvision: <c>functional.autocontrast</c> of a Pillow image.</summary>
    public Picture AutoContrast() => PerChannel(static counts =>
    {
        int low = Array.FindIndex(counts, static count => count > 0), high = Array.FindLastIndex(counts, static count => count > 0);
        if (high <= low)
            return static value => (byte)value;
        double scale = 255.0 / (high - low), offset = -low * scale;
        return value => (byte)Math.Clamp((int)(value * scale + offset), 0, 255);
    });

    /// <summary>Each channel's values spread so that all are about equally frequent. torchvision: <c>functional.equalize</c> of a Pillow
    /// image.</summary>
    public Picture Equalize() => PerChannel(static counts =>
    {
        int last = Array.FindLastIndex(counts, static count => count > 0), step = (counts.Sum() - counts[last]) / 255;
        if (step == 0 || counts.Count(static count => count > 0) <= 1)
            return static value => (byte)value;
        byte[] table = new byte[256];
        for (int i = 0, n = step / 2; i < 256; n += counts[i], i++)
            table[i] = (byte)Math.Min(255, n / step);
        return value => table[value];
    });

    static double Checked(double factor)
    {
        Throw.Unless(factor >= 0 && double.IsFinite(factor), $"Picture: expected a factor of 0 or more, got {factor}.");
        return factor;
    }

    // other + factor (value - other), in single precision and cut off, as Pillow blends.
    Picture Blend(Func<int, int, byte> other, double factor)
    {
        float share = (float)factor;
        int plane = Height * Width;
        var result = new byte[bytes.Length];
        for (int c = 0; c < Channels; c++)
        {
            for (int i = 0; i < plane; i++)
            {
                int from = other(c, i);
                result[c * plane + i] = (byte)Math.Clamp(from + share * (bytes[c * plane + i] - from), 0, 255);
            }
        }

        return new Picture(Shape, result);
    }

    Picture Mapped(Func<byte, byte> map)
    {
        var result = new byte[bytes.Length];
        for (int i = 0; i < result.Length; i++)
            result[i] = map(bytes[i]);
        return new Picture(Shape, result);
    }

    Picture PerChannel(Func<int[], Func<int, byte>> make)
    {
        int plane = Height * Width;
        var result = new byte[bytes.Length];
        for (int c = 0; c < Channels; c++)
        {
            int[] counts = new int[256];
            foreach (byte value in bytes.AsSpan(c * plane, plane))
                counts[value]++;
            var map = make(counts);
            for (int i = c * plane; i < (c + 1) * plane; i++)
                result[i] = map(bytes[i]);
        }

        return new Picture(Shape, result);
    }
}

/// <summary>Hue, saturation and value in bytes, as Pillow's mode HSV has them.</summary>
static class PictureHue
{
    public static (byte Hue, byte Saturation, byte Value) Of(byte red, byte green, byte blue)
    {
        byte most = Math.Max(red, Math.Max(green, blue)), least = Math.Min(red, Math.Min(green, blue));
        if (most == least)
            return (0, 0, most);
        float range = most - least, r = (most - red) / range, g = (most - green) / range, b = (most - blue) / range;
        float hue = red == most ? b - g : green == most ? (float)(2.0 + r - b) : (float)(4.0 + g - r);
        hue = (float)((hue / 6.0 + 1.0) % 1.0);
        return ((byte)(hue * 255.0), (byte)(range / most * 255.0), most);
    }

    public static (byte Red, byte Green, byte Blue) ToRgb(byte hue, byte saturation, byte value)
    {
        if (saturation == 0)
            return (value, value, value);
        int sector = (int)Math.Floor(hue * 6.0 / 255.0);
        float f = (float)(hue * 6.0 / 255.0 - sector), s = (float)(saturation / 255.0);
        byte p = Round(value * (1.0 - s)), q = Round(value * (1.0 - s * f)), t = Round(value * (1.0 - s * (1.0 - f)));
        return (sector % 6) switch
        {
            0 => (value, t, p),
            1 => (q, value, p),
            2 => (p, value, t),
            3 => (p, q, value),
            4 => (t, p, value),
            _ => (value, p, q),
        };
    }

    static byte Round(double value) => (byte)Math.Clamp(Math.Round(value, MidpointRounding.AwayFromZero), 0, 255);
}
