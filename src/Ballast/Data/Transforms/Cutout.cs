using System.Runtime.CompilerServices;

namespace Ballast;

/// <summary>Fills a square of an image with one colour; its centre is a random pixel, and what of it lies outside is cut off
/// (DeVries &amp; Taylor 2017). Two draws: the row and the column.</summary>
public sealed class Cutout : ImageTransform
{
    readonly int size;
    readonly float[] fill;

    /// <summary>Makes the transform.</summary>
    /// <param name="size">The side of the square in pixels.</param>
    /// <param name="fill">The colour, a value for each channel: 0 to 1 for images that are bytes; null for black. With a
    /// <see cref="Standardization"/> behind it, its means give the paper's 0.</param>
    /// <exception cref="ArgumentException">A size below 1, or a colour that is not finite.</exception>
    [OverloadResolutionPriority(1)]
    public Cutout(int size, IReadOnlyList<float>? fill = null)
    {
        Throw.Unless(size > 0, $"Cutout: expected a square of at least 1 pixel, got {size}.");
        Throw.Unless(fill is null || fill.All(float.IsFinite), $"Cutout: expected a colour of finite values, got {Throw.List(fill)}.");
        this.size = size;
        this.fill = fill is null ? [] : [.. fill];
    }

    /// <summary>Makes the transform with a colour in numbers of type double.</summary>
    /// <param name="size">The side of the square in pixels.</param>
    /// <param name="fill">The colour, a value for each channel: 0 to 1 for images that are bytes.</param>
    /// <exception cref="ArgumentException">A size below 1, or a colour that is not finite.</exception>
    public Cutout(int size, IReadOnlyList<double> fill)
        : this(size, Tensor.Rounded([.. fill]))
    {
    }

    /// <inheritdoc/>
    protected internal override void Check(Shape sample)
    {
        CheckImage(sample);
        Throw.Unless(size <= Math.Min(sample[1], sample[2]),
            $"Cutout: a square of {size} x {size} pixels is larger than the images, whose samples are {sample}. "
                + $"Choose at most {Math.Min(sample[1], sample[2])}.");
        Throw.Unless(fill.Length == 0 || fill.Length == sample[0],
            $"Cutout: expected a value for each of the {sample[0]} channels, got a colour of {fill.Length}.");
    }

    /// <inheritdoc/>
    protected internal override void Apply<T>(Span<T> image, Span<T> scratch, ImageSize size, in SampleDraw draw)
    {
        int top = (int)draw.Generator.RandomInteger(0, size.Height) - this.size / 2;
        int left = (int)draw.Generator.RandomInteger(0, size.Width) - this.size / 2;
        int bottom = Math.Min(top + this.size, size.Height), right = Math.Min(left + this.size, size.Width);
        top = Math.Max(top, 0);
        left = Math.Max(left, 0);
        for (int c = 0; c < size.Channels; c++)
        {
            var value = Colour<T>(fill.Length == 0 ? 0 : fill[c]);
            for (int y = top; y < bottom; y++)
                image[((c * size.Height + y) * size.Width + left)..((c * size.Height + y) * size.Width + right)].Fill(value);
        }
    }

    // A byte stands for byte / 255.
    static T Colour<T>(float value)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float))
            return Unsafe.BitCast<float, T>(value);
        byte nearest = (byte)Math.Clamp(MathF.Round(value * 255), 0, 255);
        return Unsafe.BitCast<byte, T>(nearest);
    }
}
