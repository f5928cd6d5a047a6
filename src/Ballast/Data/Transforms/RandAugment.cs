namespace Ballast;

/// <summary>Changes a picture by operations drawn one after the other, all of one strength (Cubuk et al. 2020). torchvision:
/// <c>RandAugment</c>, with the same draws.</summary>
public sealed class RandAugment : PictureTransform
{
    readonly int operations, magnitude, bins;

    /// <summary>Makes the transform.</summary>
    /// <param name="operations">How many operations. PyTorch: <c>num_ops</c>.</param>
    /// <param name="magnitude">The strength, 0 to <paramref name="bins"/> - 1.</param>
    /// <param name="bins">How many strengths there are. PyTorch: <c>num_magnitude_bins</c>.</param>
    /// <exception cref="ArgumentException">A value out of range.</exception>
    public RandAugment(int operations = 2, int magnitude = 9, int bins = 31)
    {
        Throw.Unless(operations >= 0 && bins >= 2 && magnitude >= 0 && magnitude < bins,
            $"RandAugment: expected 0 or more operations and a strength from 0 to {bins - 1} of 2 or more, got {operations} and {magnitude} "
                + $"of {bins}.");
        (this.operations, this.magnitude, this.bins) = (operations, magnitude, bins);
    }

    private protected override Picture Change(Picture picture, Generator generator)
    {
        for (int i = 0; i < operations; i++)
        {
            var operation = (AugmentOperation)Integer(generator, AugmentSpace.Count);
            float strength = AugmentSpace.Strength(operation, magnitude, bins, wide: false, picture);
            picture = AugmentSpace.Apply(picture, operation, Signed(operation, strength, generator));
        }

        return picture;
    }

    internal static float Signed(AugmentOperation operation, float strength, Generator generator) =>
        AugmentSpace.IsSigned(operation) && Integer(generator, 2) == 1 ? -strength : strength;
}

/// <summary>Changes a picture by one operation of random strength (Müller and Hutter 2021). torchvision: <c>TrivialAugmentWide</c>, with the
/// same draws.</summary>
public sealed class TrivialAugmentWide : PictureTransform
{
    readonly int bins;

    /// <summary>Makes the transform.</summary>
    /// <param name="bins">How many strengths there are. PyTorch: <c>num_magnitude_bins</c>.</param>
    /// <exception cref="ArgumentException">Fewer than 2.</exception>
    public TrivialAugmentWide(int bins = 31)
    {
        Throw.Unless(bins >= 2, $"TrivialAugmentWide: expected 2 or more strengths, got {bins}.");
        this.bins = bins;
    }

    private protected override Picture Change(Picture picture, Generator generator)
    {
        var operation = (AugmentOperation)Integer(generator, AugmentSpace.Count);
        float strength = AugmentSpace.HasStrength(operation)
            ? AugmentSpace.Strength(operation, Integer(generator, bins), bins, wide: true, picture) : 0;
        return AugmentSpace.Apply(picture, operation, RandAugment.Signed(operation, strength, generator));
    }
}

/// <summary>The operations, in torchvision's order.</summary>
enum AugmentOperation
{
    Identity, ShearX, ShearY, TranslateX, TranslateY, Rotate, Brightness, Color, Contrast, Sharpness, Posterize, Solarize, AutoContrast, Equalize,
}

/// <summary>What the operations do, and how strongly.</summary>
static class AugmentSpace
{
    public const int Count = 14;

    public static bool IsSigned(AugmentOperation operation) => operation is >= AugmentOperation.ShearX and <= AugmentOperation.Sharpness;

    public static bool HasStrength(AugmentOperation operation) =>
        operation is not (AugmentOperation.Identity or AugmentOperation.AutoContrast or AugmentOperation.Equalize);

    /// <summary>One of the strengths, which are evenly spaced.</summary>
    public static float Strength(AugmentOperation operation, int step, int bins, bool wide, Picture picture) => operation switch
    {
        AugmentOperation.ShearX or AugmentOperation.ShearY => Space(0, wide ? 0.99 : 0.3, step, bins),
        AugmentOperation.TranslateX => Space(0, wide ? 32 : 150.0 / 331 * picture.Width, step, bins),
        AugmentOperation.TranslateY => Space(0, wide ? 32 : 150.0 / 331 * picture.Height, step, bins),
        AugmentOperation.Rotate => Space(0, wide ? 135 : 30, step, bins),
        AugmentOperation.Posterize => 8 - (int)MathF.Round(step / (float)((bins - 1) / (wide ? 6.0 : 4.0))),
        AugmentOperation.Solarize => Space(255, 0, step, bins),
        AugmentOperation.Identity or AugmentOperation.AutoContrast or AugmentOperation.Equalize => 0,
        _ => Space(0, wide ? 0.99 : 0.9, step, bins),
    };

    /// <summary>Does it.</summary>
    public static Picture Apply(Picture picture, AugmentOperation operation, float strength) => operation switch
    {
        AugmentOperation.ShearX => Affine(picture, shearX: Math.Atan(strength) * 180 / Math.PI),
        AugmentOperation.ShearY => Affine(picture, shearY: Math.Atan(strength) * 180 / Math.PI),
        AugmentOperation.TranslateX => Affine(picture, right: (int)strength),
        AugmentOperation.TranslateY => Affine(picture, down: (int)strength),
        AugmentOperation.Rotate => picture.Rotate(strength),
        AugmentOperation.Brightness => picture.AdjustBrightness(1 + strength),
        AugmentOperation.Color => picture.AdjustSaturation(1 + strength),
        AugmentOperation.Contrast => picture.AdjustContrast(1 + strength),
        AugmentOperation.Sharpness => picture.AdjustSharpness(1 + strength),
        AugmentOperation.Posterize => picture.Posterize((int)strength),
        AugmentOperation.Solarize => picture.Solarize(strength),
        AugmentOperation.AutoContrast => picture.AutoContrast(),
        AugmentOperation.Equalize => picture.Equalize(),
        _ => picture,
    };

    // Around the corner: torchvision shears so, to do as Pillow's transform with a matrix does.
    static Picture Affine(Picture picture, double right = 0, double down = 0, double shearX = 0, double shearY = 0) =>
        picture.Affine(shearX != 0 || shearY != 0 ? (0, 0) : (picture.Width * 0.5, picture.Height * 0.5), 0, right, down, 1, shearX, shearY,
            PictureInterpolation.Nearest, default);

    // PyTorch's linspace in single precision: from the nearer end.
    static float Space(double start, double end, int step, int bins)
    {
        float by = ((float)end - (float)start) / (bins - 1);
        return step < bins / 2 ? (float)start + by * step : (float)end - by * (bins - step - 1);
    }
}
