namespace Ballast;

/// <summary>What stands around an image that is padded.</summary>
public enum PaddingMode
{
    /// <summary>Zeros: black. torchvision: <c>constant</c>.</summary>
    Zeros,

    /// <summary>The image mirrored at its outermost pixels, which are not repeated. torchvision: <c>reflect</c>.</summary>
    Reflect,
}

/// <summary>Pads an image on all four sides and cuts a piece of its own size out of it at a random place. Two draws: the row and
/// the column. torchvision: <c>RandomCrop(size, padding, padding_mode)</c> with the image's size.</summary>
public sealed class RandomCrop : ImageTransform
{
    readonly int padding;
    readonly PaddingMode mode;

    /// <summary>Makes the transform.</summary>
    /// <param name="padding">How many pixels are put on each side. PyTorch: <c>padding</c>.</param>
    /// <param name="mode">What stands there. PyTorch: <c>padding_mode</c>.</param>
    /// <exception cref="ArgumentException">A padding below 1.</exception>
    public RandomCrop(int padding, PaddingMode mode = PaddingMode.Zeros)
    {
        Throw.Unless(padding > 0, $"RandomCrop: expected a padding of at least 1 pixel, got {padding}.");
        this.padding = padding;
        this.mode = mode;
    }

    /// <inheritdoc/>
    protected internal override void Check(Shape sample)
    {
        CheckImage(sample);
        Throw.Unless(padding < Math.Min(sample[1], sample[2]),
            $"RandomCrop: the padding of {padding} must be smaller than the image, whose samples are {sample}: "
                + $"at most {Math.Min(sample[1], sample[2]) - 1}.");
    }

    /// <inheritdoc/>
    protected internal override bool MovesPixels => true;

    /// <inheritdoc/>
    protected internal override void Apply<T>(Span<T> image, Span<T> scratch, ImageSize size, in SampleDraw draw)
    {
        int down = (int)draw.Generator.RandomInteger(0, 2 * padding + 1) - padding;
        int right = (int)draw.Generator.RandomInteger(0, 2 * padding + 1) - padding;
        if (down == 0 && right == 0)
            return;
        image.CopyTo(scratch);
        for (int c = 0; c < size.Channels; c++)
        {
            int plane = c * size.Height * size.Width;
            for (int y = 0; y < size.Height; y++)
            {
                var to = image.Slice(plane + y * size.Width, size.Width);
                int from = y + down;
                if ((uint)from >= (uint)size.Height)
                {
                    if (mode == PaddingMode.Zeros)
                    {
                        to.Clear();
                        continue;
                    }

                    from = Mirror(from, size.Height);
                }

                Shift(scratch.Slice(plane + from * size.Width, size.Width), to, right);
            }
        }
    }

    void Shift<T>(ReadOnlySpan<T> from, Span<T> to, int right)
        where T : unmanaged
    {
        int width = from.Length;
        var (first, last) = right < 0 ? (-right, width) : (0, width - right); // of the row, what the image covers
        from.Slice(first + right, last - first).CopyTo(to[first..]);
        if (mode == PaddingMode.Zeros)
        {
            to[..first].Clear();
            to[last..].Clear();
            return;
        }

        for (int x = 0; x < first; x++)
            to[x] = from[Mirror(x + right, width)];
        for (int x = last; x < width; x++)
            to[x] = from[Mirror(x + right, width)];
    }

    static int Mirror(int place, int count) => place < 0 ? -place : place < count ? place : 2 * (count - 1) - place;
}
