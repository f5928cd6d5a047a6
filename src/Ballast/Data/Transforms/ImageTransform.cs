using System.Numerics;

namespace Ballast;

/// <summary>A change of an image [C, H, W] on its way into a batch, each time in another way: augmentation. A
/// <see cref="DataLoader"/> applies its transforms one after the other, to the bytes of images that are bytes, and before a
/// <see cref="Standardization"/>. torchvision: <c>transforms</c>.</summary>
/// <remarks>
/// <para>What a transform draws comes from a generator that is seeded anew for each batch, with the epoch's base seed (see
/// <see cref="DataLoader"/>) plus the batch's number, as PyTorch seeds its workers. So it depends neither on who reads ahead, nor on
/// where an epoch was taken up.</para>
/// <para>A transform of one's own draws from <see cref="SampleDraw.Generator"/> and nowhere else, and remembers nothing from one image to
/// the next: a loader that reads ahead calls it on a thread of its own, and a resumed epoch begins in its middle. What changes targets too
/// is a <see cref="SampleTransform"/>, what mixes several samples of a batch a <see cref="BatchTransform"/>.</para>
/// </remarks>
public abstract class ImageTransform
{
    /// <summary>Makes a transform.</summary>
    protected ImageTransform()
    {
    }

    /// <summary>Refuses samples that are no images or too small for this transform. It is called once, when a loader is made.</summary>
    /// <param name="sample">The shape of the samples.</param>
    /// <exception cref="ArgumentException">This transform cannot take them.</exception>
    protected internal virtual void Check(Shape sample) => CheckImage(sample);

    /// <summary>Changes an image. It is called for each image of a batch in turn, on one thread at a time.</summary>
    /// <typeparam name="T">The elements: <see cref="byte"/>, where 255 stands for 1, or <see cref="float"/>.</typeparam>
    /// <param name="image">The image, row-major [C, H, W], changed in place.</param>
    /// <param name="scratch">Room for another image, with whatever was left there.</param>
    /// <param name="size">The sizes of the image.</param>
    /// <param name="draw">Which image it is, and where random numbers come from.</param>
    protected internal abstract void Apply<T>(Span<T> image, Span<T> scratch, ImageSize size, in SampleDraw draw)
        where T : unmanaged, INumber<T>;

    /// <summary>Whether it moves pixels and changes none, so that a mask of classes can be moved along: it then takes elements of any type,
    /// and what it draws does not depend on the image. False unless this is overridden.</summary>
    protected internal virtual bool MovesPixels => false;

    /// <summary>Refuses samples that are no images.</summary>
    /// <exception cref="ArgumentException">The samples do not have three axes.</exception>
    protected void CheckImage(Shape sample) =>
        Throw.Unless(sample.Rank == 3,
            $"{GetType().Name}: expected images [C, H, W], got samples {sample}. Leave it out for data that is no images.");
}

/// <summary>The sizes of an image.</summary>
/// <param name="Channels">C, how many channels it has.</param>
/// <param name="Height">H, how many rows a channel has.</param>
/// <param name="Width">W, how many pixels a row has.</param>
public readonly record struct ImageSize(int Channels, int Height, int Width)
{
    /// <summary>Of a sample [C, H, W].</summary>
    internal static ImageSize Of(Shape sample) => new(sample[0], sample[1], sample[2]);

    /// <summary>How many rows there are in all channels.</summary>
    public int Rows => Channels * Height;
}

/// <summary>A sample that is about to be read.</summary>
/// <param name="Index">Its number in the dataset.</param>
/// <param name="Epoch">The number of the epoch, from 0.</param>
/// <param name="Generator">Where random numbers come from.</param>
public readonly record struct SampleDraw(int Index, int Epoch, Generator Generator);
