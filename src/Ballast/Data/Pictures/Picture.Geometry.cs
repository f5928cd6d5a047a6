namespace Ballast;

public sealed partial class Picture
{
    /// <summary>The same picture in grey or in RGB. Grey is Pillow's <c>convert("L")</c>; RGB of grey is its plane three times.</summary>
    /// <exception cref="ArgumentException">Other channels than 1 or 3.</exception>
    public Picture WithChannels(int channels)
    {
        Throw.Unless(channels is 1 or 3, $"Picture: expected 1 channel for grey or 3 for RGB, got {channels}.");
        return channels == Channels ? this
            : new Picture([channels, Height, Width], channels == 3 ? PicturePlanes.Colored(bytes) : PicturePlanes.Gray(bytes));
    }

    /// <summary>The picture at another size, bilinear with antialiasing. torchvision: <c>functional.resize(picture, [height,
    /// width])</c> of a Pillow image, to the bit.</summary>
    /// <exception cref="ArgumentException">A size below 1.</exception>
    public Picture Resize(int height, int width)
    {
        Throw.Unless(height > 0 && width > 0, $"Picture.Resize: expected at least 1 x 1 pixels, got {width} x {height} (width x height).");
        return PictureResize.Run(this, new PictureBox(0, 0, Height, Width), height, width, new PictureBox(0, 0, height, width));
    }

    /// <summary>The picture with its shorter side at a size and its proportions kept. torchvision: <c>Resize(size)</c>, to the bit.
    /// </summary>
    /// <exception cref="ArgumentException">A size below 1.</exception>
    public Picture Resize(int shorter)
    {
        var (height, width) = Proportional(shorter);
        return Resize(height, width);
    }

    /// <summary>A part of the picture; what lies outside of it is black. torchvision: <c>functional.crop</c>.</summary>
    /// <exception cref="ArgumentException">A part without pixels.</exception>
    public Picture Crop(int top, int left, int height, int width)
    {
        Throw.Unless(height > 0 && width > 0, $"Picture.Crop: expected at least 1 x 1 pixels, got {width} x {height} (width x height).");
        var result = new byte[Channels * height * width];
        int first = Math.Max(0, -left), last = (int)Math.Min(width, (long)Width - left);
        for (int c = 0; c < Channels && first < last; c++)
        {
            for (int y = Math.Max(0, -top); y < Math.Min(height, (long)Height - top); y++)
            {
                bytes.AsSpan((c * Height + top + y) * Width + left + first, last - first)
                    .CopyTo(result.AsSpan((c * height + y) * width + first));
            }
        }

        return new Picture([Channels, height, width], result);
    }

    /// <summary>The middle of the picture; where that is larger than the picture there is black around it. torchvision:
    /// <c>CenterCrop</c>.</summary>
    /// <exception cref="ArgumentException">A size below 1.</exception>
    public Picture CenterCrop(int height, int width) => Crop(Middle(Height, height), Middle(Width, width), height, width);

    /// <summary>The picture brought to a size: <see cref="PictureFit.Crop"/> resizes until the size is covered and keeps the middle, as
    /// torchvision's <c>Resize(size), CenterCrop(size)</c> do; <see cref="PictureFit.Stretch"/> does not keep the proportions.</summary>
    /// <exception cref="ArgumentException">A size below 1.</exception>
    public Picture Fit(int height, int width, PictureFit fit = PictureFit.Crop)
    {
        if (height == Height && width == Width)
            return this;
        if (fit == PictureFit.Stretch)
            return Resize(height, width);
        Throw.Unless(height > 0 && width > 0, $"Picture.Fit: expected at least 1 x 1 pixels, got {width} x {height} (width x height).");
        var (tall, wide) = height == width ? Proportional(height) : Covering(height, width);
        // Only what is kept is computed.
        return PictureResize.Run(this, new PictureBox(0, 0, Height, Width), tall, wide,
            new PictureBox(Middle(tall, height), Middle(wide, width), height, width));
    }

    (int Height, int Width) Proportional(int shorter)
    {
        Throw.Unless(shorter > 0, $"Picture.Resize: expected a shorter side of at least 1 pixel, got {shorter}.");
        int least = Math.Min(Height, Width), most = Math.Max(Height, Width);
        int longer = (int)((double)((long)shorter * most) / least);
        return Height <= Width ? (shorter, longer) : (longer, shorter);
    }

    (int Height, int Width) Covering(int height, int width)
    {
        double scale = Math.Max((double)height / Height, (double)width / Width);
        return (Math.Max(height, (int)(Height * scale)), Math.Max(width, (int)(Width * scale)));
    }

    // Python rounds halves to even.
    static int Middle(int whole, int part) => (int)Math.Round((whole - part) / 2.0, MidpointRounding.ToEven);
}

/// <summary>How a picture of other proportions is brought to a size.</summary>
public enum PictureFit
{
    /// <summary>Resized until it covers the size; the middle is kept.</summary>
    Crop,

    /// <summary>Stretched or squeezed to the size.</summary>
    Stretch,
}

/// <summary>A part of a picture.</summary>
readonly record struct PictureBox(int Top, int Left, int Height, int Width);
