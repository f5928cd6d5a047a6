namespace Ballast;

/// <summary>Fills a part of random area and proportions with one colour, with a probability. torchvision: <c>RandomErasing</c>, with the same
/// draws.</summary>
public sealed class RandomErasing : PictureTransform
{
    readonly float p;
    readonly (double Low, double High) scale, ratio;
    readonly PictureColor color;

    /// <summary>Makes the transform.</summary>
    /// <param name="p">The probability.</param>
    /// <param name="scale">The smallest and the largest share of the area; 0.02 to 0.33 where null.</param>
    /// <param name="ratio">The smallest and the largest height over width; 0.3 to 3.3 where null.</param>
    /// <param name="color">The colour. PyTorch: <c>value</c>.</param>
    /// <exception cref="ArgumentException">A probability or a range that is none.</exception>
    public RandomErasing(
        double p = 0.5, (double Low, double High)? scale = null, (double Low, double High)? ratio = null, PictureColor color = default)
    {
        CheckProbability(p);
        (this.scale, this.ratio, this.color, this.p) = (scale ?? (0.02, 0.33), ratio ?? (0.3, 3.3), color, (float)p);
        CheckRange(this.scale, "shares of the area", 0, 1);
        CheckRange(this.ratio, "proportions", 1e-3, 1e3);
    }

    private protected override Picture Change(Picture picture, Generator generator)
    {
        if (Uniform(generator, 0, 1) >= p)
            return picture;
        for (int trial = 0; trial < 10; trial++)
        {
            var (w, h) = RandomArea.Draw(picture.Height * picture.Width, scale, ratio, generator);
            if (h >= picture.Height || w >= picture.Width)
                continue;
            int top = Integer(generator, picture.Height - h + 1), left = Integer(generator, picture.Width - w + 1);
            return h == 0 || w == 0 ? picture : picture.Erase(top, left, h, w, color);
        }

        return picture;
    }
}
