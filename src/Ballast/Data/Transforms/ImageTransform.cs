namespace Ballast;

/// <summary>Changes an image [C, H, W] on its way into a batch, each time in another way: augmentation. A
/// <see cref="DataLoader"/> applies its transforms one after the other, to the bytes of images that are bytes, and before a
/// <see cref="Standardization"/>. torchvision: <c>transforms</c>.</summary>
/// <remarks>What a transform draws comes from a generator that is seeded anew for each batch, with the epoch's base seed (see
/// <see cref="DataLoader"/>) plus the batch's number, as PyTorch seeds its workers. So it depends neither on who reads ahead, nor on
/// where an epoch was taken up.</remarks>
public abstract class ImageTransform
{
    private protected ImageTransform()
    {
    }

    /// <summary>Refuses samples that are no images or too small for this transform.</summary>
    internal abstract void Check(Shape sample);

    /// <summary>Changes an image.</summary>
    /// <param name="image">The image, changed in place.</param>
    /// <param name="scratch">Room for another image.</param>
    /// <param name="size">The sizes of the image.</param>
    /// <param name="draw">Which image it is, and where random numbers come from.</param>
    internal abstract void Apply<T>(Span<T> image, Span<T> scratch, ImageSize size, in SampleDraw draw) where T : unmanaged;

    /// <summary>Refuses samples that are no images.</summary>
    private protected void CheckImage(Shape sample) =>
        Throw.Unless(sample.Rank == 3,
            $"{GetType().Name}: expected images [C, H, W], got samples {sample}. Leave it out for data that is no images.");
}

/// <summary>The sizes of an image.</summary>
readonly record struct ImageSize(int Channels, int Height, int Width)
{
    /// <summary>Of a sample [C, H, W].</summary>
    public static ImageSize Of(Shape sample) => new(sample[0], sample[1], sample[2]);

    /// <summary>How many rows there are in all channels.</summary>
    public int Rows => Channels * Height;
}

/// <summary>A sample that is about to be read.</summary>
/// <param name="Index">Its number in the dataset.</param>
/// <param name="Epoch">The number of the epoch, from 0.</param>
/// <param name="Generator">Where random numbers come from.</param>
readonly record struct SampleDraw(int Index, int Epoch, Generator Generator);
