namespace Ballast;

/// <summary>Changes brightness, contrast, saturation and hue at random, in a random order. torchvision: <c>ColorJitter</c>, with the same
/// draws: the order, then each that is asked for.</summary>
public sealed class ColorJitter : PictureTransform
{
    readonly double brightness, contrast, saturation, hue;

    /// <summary>Makes the transform.</summary>
    /// <param name="brightness">The factor is drawn from 1 minus this (0 at least) to 1 plus this.</param>
    /// <param name="contrast">Likewise.</param>
    /// <param name="saturation">Likewise.</param>
    /// <param name="hue">The turn is drawn from minus this to this: 0 to 0.5.</param>
    /// <exception cref="ArgumentException">A value out of range.</exception>
    public ColorJitter(double brightness = 0, double contrast = 0, double saturation = 0, double hue = 0)
    {
        foreach (double value in (double[])[brightness, contrast, saturation])
            Throw.Unless(value >= 0 && double.IsFinite(value), $"ColorJitter: expected 0 or more, got {value}.");
        Throw.Unless(hue is >= 0 and <= 0.5, $"ColorJitter: expected a hue from 0 to 0.5, got {hue}.");
        (this.brightness, this.contrast, this.saturation, this.hue) = (brightness, contrast, saturation, hue);
    }

    private protected override Picture Change(Picture picture, Generator generator)
    {
        int[] order = generator.Permutation(4);
        double? light = Factor(brightness), contrasted = Factor(contrast), saturated = Factor(saturation);
        double? turn = hue == 0 ? null : Uniform(generator, -hue, hue);
        foreach (int part in order)
        {
            picture = part switch
            {
                0 => light is { } factor ? picture.AdjustBrightness(factor) : picture,
                1 => contrasted is { } factor ? picture.AdjustContrast(factor) : picture,
                2 => saturated is { } factor ? picture.AdjustSaturation(factor) : picture,
                _ => turn is { } factor ? picture.AdjustHue(factor) : picture,
            };
        }

        return picture;

        double? Factor(double value) => value == 0 ? null : Uniform(generator, Math.Max(0, 1 - value), 1 + value);
    }
}

/// <summary>Turns a picture grey with a probability; its channels stay. One draw. torchvision: <c>RandomGrayscale</c>, and
/// <c>Grayscale(num_output_channels)</c> with a probability of 1.</summary>
public sealed class RandomGrayscale : PictureTransform
{
    readonly float p;

    /// <summary>Makes the transform.</summary>
    /// <param name="p">The probability.</param>
    /// <exception cref="ArgumentException">Not from 0 to 1.</exception>
    public RandomGrayscale(double p = 0.1)
    {
        CheckProbability(p);
        this.p = (float)p;
    }

    private protected override Picture Change(Picture picture, Generator generator) =>
        Uniform(generator, 0, 1) < p ? picture.WithChannels(1).WithChannels(picture.Channels) : picture;
}

/// <summary>Blurs a picture by a normal distribution of random width. One draw. torchvision: <c>GaussianBlur</c>.</summary>
public sealed class GaussianBlur : PictureTransform
{
    readonly int size;
    readonly (double Low, double High) sigma;

    /// <summary>Makes the transform.</summary>
    /// <param name="size">How many pixels are looked at along each axis: odd. PyTorch: <c>kernel_size</c>.</param>
    /// <param name="sigma">The smallest and the largest standard deviation in pixels; 0.1 to 2 where null.</param>
    /// <exception cref="ArgumentException">An even size, or a range that is none.</exception>
    public GaussianBlur(int size, (double Low, double High)? sigma = null)
    {
        Throw.Unless(size > 0 && size % 2 == 1, $"GaussianBlur: expected an odd size, got {size}.");
        (this.size, this.sigma) = (size, sigma ?? (0.1, 2));
        CheckRange(this.sigma, "deviations", 1e-6, 1e6);
    }

    private protected override Picture Change(Picture picture, Generator generator) =>
        picture.GaussianBlur(size, Uniform(generator, sigma.Low, sigma.High));
}
