namespace Ballast;

/// <summary>Mirrors an image from left to right with a probability. One draw. torchvision: <c>RandomHorizontalFlip</c>.
/// </summary>
public sealed class RandomHorizontalFlip : ImageTransform
{
    readonly float p;

    /// <summary>Makes the transform.</summary>
    /// <param name="p">The probability. PyTorch: <c>p</c>.</param>
    /// <exception cref="ArgumentException">Not from 0 to 1.</exception>
    public RandomHorizontalFlip(double p = 0.5)
    {
        Throw.Unless(p is >= 0 and <= 1, $"RandomHorizontalFlip: expected a probability from 0 to 1, got {p}.");
        this.p = (float)p;
    }

    /// <inheritdoc/>
    protected internal override bool MovesPixels => true;

    /// <inheritdoc/>
    protected internal override void Apply<T>(Span<T> image, Span<T> scratch, ImageSize size, in SampleDraw draw)
    {
        Span<float> drawn = stackalloc float[1];
        draw.Generator.Uniform(drawn);
        if (drawn[0] < p)
            Flip(image, size);
    }

    /// <summary>Mirrors an image.</summary>
    internal static void Flip<T>(Span<T> image, ImageSize size)
        where T : unmanaged
    {
        for (int row = 0; row < size.Rows; row++)
            image.Slice(row * size.Width, size.Width).Reverse();
    }
}
