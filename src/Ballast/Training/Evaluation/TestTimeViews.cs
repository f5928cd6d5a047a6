namespace Ballast;

/// <summary>The views of <see cref="TestTimeAugmentation"/>, and their mean logits.</summary>
static class TestTimeViews
{
    static readonly (bool Flipped, int Shift, float Weight)[] Flip = [(false, 0, 0.5f), (true, 0, 0.5f)];

    static readonly (bool Flipped, int Shift, float Weight)[] FlipTranslate =
    [
        (false, 0, 0.25f), (true, 0, 0.25f), (false, -1, 0.125f), (true, -1, 0.125f), (false, 1, 0.125f), (true, 1, 0.125f),
    ];

    /// <summary>The logits of a batch, averaged over its views.</summary>
    /// <exception cref="ArgumentException">Not images [N, C, H, W] of 2 x 2 pixels or more, where there is more than one view.
    /// </exception>
    public static Tensor Logits(Module model, Tensor images, TestTimeAugmentation augmentation)
    {
        if (augmentation == TestTimeAugmentation.None)
            return model.Forward(images);
        Throw.Unless(images.Shape.Rank == 4 && images.Shape[2] > 1 && images.Shape[3] > 1,
            $"Test-time augmentation: expected images [N, C, H, W] of 2 x 2 pixels or more, got {images.Shape}. Test other data as it is.");
        Tensor? mean = null;
        foreach (var (flipped, shift, weight) in augmentation == TestTimeAugmentation.Flip ? Flip : FlipTranslate)
        {
            var view = View(images, flipped, shift);
            var weighted = model.Forward(view) * weight;
            mean = mean is null ? weighted : mean + weighted;
            view.ReleaseValues();
        }

        return mean!;
    }

    /// <summary>Images moved by a pixel or not, then mirrored or not.</summary>
    /// <param name="images">[N, C, H, W].</param>
    /// <param name="flipped">Whether each is mirrored from left to right.</param>
    /// <param name="shift">How far down and to the right of a pixel of the view the pixel is that it shows: -1, 0 or 1.</param>
    internal static Tensor View(Tensor images, bool flipped, int shift)
    {
        int height = images.Shape[2], width = images.Shape[3];
        var values = images.AsSpan();
        var buffer = Buffer.Rent(images.Length);
        var view = buffer.Span(images.Length);
        for (int row = 0; row < images.Length / width; row++)
        {
            int image = row / height * height;
            var from = values.Slice((image + Mirror(row - image + shift, height)) * width, width);
            var to = view.Slice(row * width, width);
            from.Slice(Math.Max(0, shift), width - Math.Abs(shift)).CopyTo(to[Math.Max(0, -shift)..]);
            if (shift < 0)
                to[0] = from[1];
            else if (shift > 0)
                to[^1] = from[^2];
            if (flipped)
                to.Reverse();
        }

        return new Tensor(images.Shape, new Values(buffer));
    }

    static int Mirror(int place, int count) => place < 0 ? -place : place < count ? place : 2 * (count - 1) - place;
}
