namespace Ballast;

/// <summary>Turns a picture by a random angle. One draw. torchvision: <c>RandomRotation</c>.</summary>
public sealed class RandomRotation : PictureTransform
{
    readonly (double Low, double High) degrees;
    readonly PictureInterpolation interpolation;
    readonly PictureColor fill;

    /// <summary>Makes the transform.</summary>
    /// <param name="degrees">The largest angle to either side.</param>
    /// <param name="interpolation">How pixels are read.</param>
    /// <param name="fill">What comes in from outside.</param>
    /// <exception cref="ArgumentException">An angle below 0.</exception>
    public RandomRotation(double degrees, PictureInterpolation interpolation = PictureInterpolation.Nearest, PictureColor fill = default)
    {
        Throw.Unless(degrees >= 0 && double.IsFinite(degrees), $"RandomRotation: expected a largest angle of 0 or more, got {degrees}.");
        (this.degrees, this.interpolation, this.fill) = ((-degrees, degrees), interpolation, fill);
    }

    private protected override Picture Change(Picture picture, Generator generator) =>
        picture.Rotate(Uniform(generator, degrees.Low, degrees.High), interpolation, fill);
}

/// <summary>Turns, moves, scales and shears a picture at random. torchvision: <c>RandomAffine</c>, with the same draws: the angle, the moves,
/// the scale, the shears, each only where it is asked for, and the angle always.</summary>
public sealed class RandomAffine : PictureTransform
{
    readonly double degrees;
    readonly (double X, double Y)? translate;
    readonly (double Low, double High)? scale;
    readonly double? shear;
    readonly PictureInterpolation interpolation;
    readonly PictureColor fill;

    /// <summary>Makes the transform.</summary>
    /// <param name="degrees">The largest angle to either side.</param>
    /// <param name="translate">The largest moves as shares of the width and of the height; null for none.</param>
    /// <param name="scale">The smallest and the largest scale; null for none.</param>
    /// <param name="shear">The largest angle of the shear along x to either side, in degrees; null for none.</param>
    /// <param name="interpolation">How pixels are read.</param>
    /// <param name="fill">What comes in from outside.</param>
    /// <exception cref="ArgumentException">A value out of range.</exception>
    public RandomAffine(
        double degrees, (double X, double Y)? translate = null, (double Low, double High)? scale = null, double? shear = null,
        PictureInterpolation interpolation = PictureInterpolation.Nearest, PictureColor fill = default)
    {
        Throw.Unless(degrees >= 0 && double.IsFinite(degrees), $"RandomAffine: expected a largest angle of 0 or more, got {degrees}.");
        Throw.Unless(translate is null or { X: >= 0 and <= 1, Y: >= 0 and <= 1 },
            $"RandomAffine: expected moves from 0 to 1 of the picture, got {translate?.X} and {translate?.Y}.");
        Throw.Unless(shear is null or >= 0 and < 90, $"RandomAffine: expected a largest shear from 0 to below 90 degrees, got {shear}.");
        (this.degrees, this.translate, this.scale, this.shear) = (degrees, translate, scale, shear);
        (this.interpolation, this.fill) = (interpolation, fill);
        if (scale is { } range)
            CheckRange(range, "scales", 1e-3, 1e3);
    }

    private protected override Picture Change(Picture picture, Generator generator)
    {
        double angle = Uniform(generator, -degrees, degrees), right = 0, down = 0, size = 1, sheared = 0;
        if (translate is { } moves)
        {
            double across = moves.X * picture.Width, along = moves.Y * picture.Height;
            right = Math.Round((double)Uniform(generator, -across, across));
            down = Math.Round((double)Uniform(generator, -along, along));
        }

        if (scale is { } range)
            size = Uniform(generator, range.Low, range.High);
        if (shear is { } most)
            sheared = Uniform(generator, -most, most);
        return picture.Affine(angle, right, down, size, sheared, 0, interpolation, fill);
    }
}
