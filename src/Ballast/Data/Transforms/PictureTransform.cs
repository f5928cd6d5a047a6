using System.Runtime.InteropServices;

namespace Ballast;

/// <summary>A transform that is made of <see cref="Picture"/>'s methods: of images that are bytes, grey or RGB, as the datasets of pictures
/// give them.</summary>
public abstract class PictureTransform : ImageTransform
{
    private protected PictureTransform()
    {
    }

    /// <inheritdoc/>
    protected internal override void Check(Shape sample)
    {
        CheckImage(sample);
        Throw.Unless(sample[0] is 1 or 3,
            $"{GetType().Name}: expected pictures [1, H, W] or [3, H, W], got samples {sample}. Leave it out for other data.");
    }

    /// <inheritdoc/>
    protected internal sealed override void Apply<T>(Span<T> image, Span<T> scratch, ImageSize size, in SampleDraw draw)
    {
        Throw.Unless(typeof(T) == typeof(byte),
            $"{GetType().Name}: expected images that are bytes, as a ByteDataset has them, got {typeof(T).Name}. Use it with such a dataset.");
        var bytes = MemoryMarshal.Cast<T, byte>(image);
        var changed = Change(new Picture([size.Channels, size.Height, size.Width], bytes.ToArray()), draw.Generator);
        changed.Bytes.CopyTo(bytes);
    }

    /// <summary>The picture changed, of the same size, with what is drawn from a generator.</summary>
    private protected abstract Picture Change(Picture picture, Generator generator);

    /// <summary>The picture changed. Its size stays, and it is not written to.</summary>
    /// <param name="picture">A picture.</param>
    /// <param name="generator">Where random numbers come from: as <c>torch.manual_seed</c> seeds it, it gives torchvision's draws.</param>
    /// <exception cref="ArgumentException">A picture that this transform does not take.</exception>
    public Picture Apply(Picture picture, Generator generator)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentNullException.ThrowIfNull(generator);
        Check(picture.Shape);
        return Change(picture, generator);
    }

    private protected static float Uniform(Generator generator, double low, double high)
    {
        Span<float> drawn = stackalloc float[1];
        generator.Uniform(drawn, (float)low, (float)high);
        return drawn[0];
    }

    private protected static int Integer(Generator generator, int high) => (int)generator.RandomInteger(0, high);

    private protected void CheckRange((double Low, double High) range, string name, double least, double most) => Throw.Unless(
        range.Low >= least && range.High <= most && range.Low <= range.High,
        $"{GetType().Name}: expected a range of {name} from {least} to {most}, the smaller value first, got {range.Low} to {range.High}.");

    private protected void CheckProbability(double p) =>
        Throw.Unless(p is >= 0 and <= 1, $"{GetType().Name}: expected a probability from 0 to 1, got {p}.");
}
