namespace Ballast;

/// <summary>Mirrors a picture from top to bottom with a probability. One draw. torchvision: <c>RandomVerticalFlip</c>.</summary>
public sealed class RandomVerticalFlip : PictureTransform
{
    readonly float p;

    /// <summary>Makes the transform.</summary>
    /// <param name="p">The probability.</param>
    /// <exception cref="ArgumentException">Not from 0 to 1.</exception>
    public RandomVerticalFlip(double p = 0.5)
    {
        CheckProbability(p);
        this.p = (float)p;
    }

    private protected override Picture Change(Picture picture, Generator generator) =>
        Uniform(generator, 0, 1) < p ? picture.FlipVertical() : picture;
}
