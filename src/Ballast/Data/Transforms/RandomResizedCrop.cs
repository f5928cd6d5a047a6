namespace Ballast;

/// <summary>Cuts a part of random area and proportions out of a picture and resizes it to the picture's size. torchvision:
/// <c>RandomResizedCrop(size, scale, ratio)</c> with the picture's size, with the same draws: area, proportions, row, column, ten times at
/// most.</summary>
public sealed class RandomResizedCrop : PictureTransform
{
    readonly (double Low, double High) scale, ratio;

    /// <summary>Makes the transform.</summary>
    /// <param name="scale">The smallest and the largest share of the area; 0.08 to 1 where null.</param>
    /// <param name="ratio">The smallest and the largest width over height; 3/4 to 4/3 where null.</param>
    /// <exception cref="ArgumentException">A range that is none, or not within 0 to 1 for the area.</exception>
    public RandomResizedCrop((double Low, double High)? scale = null, (double Low, double High)? ratio = null)
    {
        (this.scale, this.ratio) = (scale ?? (0.08, 1), ratio ?? (3.0 / 4, 4.0 / 3));
        CheckRange(this.scale, "shares of the area", 0, 1);
        CheckRange(this.ratio, "proportions", 1e-3, 1e3);
    }

    private protected override Picture Change(Picture picture, Generator generator)
    {
        var (top, left, height, width) = Part(picture.Height, picture.Width, generator);
        return picture.ResizedCrop(top, left, height, width, picture.Height, picture.Width);
    }

    (int Top, int Left, int Height, int Width) Part(int height, int width, Generator generator)
    {
        for (int trial = 0; trial < 10; trial++)
        {
            var (h, w) = RandomArea.Draw(height * width, scale, ratio, generator);
            if (w > 0 && w <= width && h > 0 && h <= height)
            {
                int top = Integer(generator, height - h + 1);
                return (top, Integer(generator, width - w + 1), h, w);
            }
        }

        double own = (double)width / height;
        int tall = own < ratio.Low ? (int)Math.Round(width / ratio.Low) : height;
        int wide = own > ratio.High ? (int)Math.Round(height * ratio.High) : width;
        return ((height - tall) / 2, (width - wide) / 2, tall, wide);
    }
}

/// <summary>A part of random area and proportions.</summary>
static class RandomArea
{
    /// <summary>The height and the width of a part: two draws, in single precision as PyTorch's.</summary>
    public static (int Height, int Width) Draw(
        int area, (double Low, double High) scale, (double Low, double High) ratio, Generator generator)
    {
        Span<float> drawn = stackalloc float[1];
        generator.Uniform(drawn, (float)scale.Low, (float)scale.High);
        double target = area * (double)drawn[0];
        generator.Uniform(drawn, MathF.Log((float)ratio.Low), MathF.Log((float)ratio.High));
        double proportions = MathF.Exp(drawn[0]);
        return ((int)Math.Round(Math.Sqrt(target / proportions)), (int)Math.Round(Math.Sqrt(target * proportions)));
    }
}
