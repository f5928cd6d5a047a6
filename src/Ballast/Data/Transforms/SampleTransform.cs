using System.Numerics;

namespace Ballast;

/// <summary>A change of a sample, its targets included, on its way into a batch, each time in another way: turning an image and its mask,
/// cropping a sequence. A <see cref="DataLoader"/> applies its sample transforms one after the other, behind the image transforms.</summary>
/// <remarks>It draws from <see cref="SampleDraw.Generator"/> and nowhere else, and remembers nothing from one sample to the next, as an
/// <see cref="ImageTransform"/> does. It makes new tensors: those it is given may be the dataset's own.</remarks>
public abstract class SampleTransform
{
    /// <summary>Refuses a dataset that it cannot change. It is called once, when a loader is made.</summary>
    /// <exception cref="ArgumentException">This transform cannot take its samples.</exception>
    protected internal virtual void Check(Dataset dataset)
    {
    }

    /// <summary>Gives the changed sample.</summary>
    /// <param name="sample">The sample, which is not written to.</param>
    /// <param name="draw">Which sample it is, and where random numbers come from.</param>
    protected internal abstract Sample Apply(Sample sample, in SampleDraw draw);
}

/// <summary>Changes an image, the first input [C, H, W], and moves its mask, the first target [H, W] or [K, H, W], along: each transform that
/// moves pixels is applied to both with the same draws, each other one to the image alone. torchvision 0.15: <c>transforms.v2</c> with a
/// <c>tv_tensors.Mask</c>.</summary>
/// <param name="transforms">The transforms, in their order: <c>new RandomHorizontalFlip()</c>, <c>new RandomCrop(4)</c>.</param>
public sealed class ImageAndMask(params IReadOnlyList<ImageTransform> transforms) : SampleTransform
{
    readonly ImageTransform[] transforms = [.. transforms];

    /// <inheritdoc/>
    protected internal override void Check(Dataset dataset)
    {
        var (image, masks) = (dataset.Inputs[0], dataset.Targets);
        Throw.Unless(image.Shape.Rank == 3 && image.ElementType == ElementType.Float32 && masks.Count > 0 && masks[0].Shape.Rank is 2 or 3
            && masks[0].Shape[^1] == image.Shape[2] && masks[0].Shape[^2] == image.Shape[1],
            $"ImageAndMask: expected images [C, H, W] with masks [H, W] or [K, H, W], got samples of {Dataset.Describe(dataset.Inputs)} with "
                + $"targets {Dataset.Describe(masks)}.");
        foreach (var transform in transforms)
            transform.Check(image.Shape);
    }

    /// <inheritdoc/>
    protected internal override Sample Apply(Sample sample, in SampleDraw draw)
    {
        var (image, mask) = (sample.Inputs[0], sample.Targets[0]);
        var size = ImageSize.Of(image.Shape);
        var maskSize = new ImageSize(mask.Shape.Rank == 3 ? mask.Shape[0] : 1, mask.Shape[^2], mask.Shape[^1]);
        float[] values = image.ToArray(), room = new float[image.Length];
        Func<Tensor> moved;
        if (mask.ElementType == ElementType.Int64)
            moved = Both(mask.ToArray<long>(), static (values, shape) => Tensor.FromInt64(values, shape), draw);
        else if (mask.ElementType == ElementType.UInt8)
            moved = Both(mask.ToArray<byte>(), static (values, shape) => Tensor.FromUInt8(values, shape), draw);
        else
            moved = Both(mask.ToArray(), static (values, shape) => Tensor.From(values, shape), draw);
        return new Sample(
            TensorList.Of([Tensor.From(values, image.Shape), .. sample.Inputs.Skip(1)], sample.Inputs.Names),
            TensorList.Of([moved(), .. sample.Targets.Skip(1)], sample.Targets.Names));

        Func<Tensor> Both<T>(T[] classes, Func<T[], Shape, Tensor> make, in SampleDraw draw)
            where T : unmanaged, INumber<T>
        {
            var scratch = new T[classes.Length];
            foreach (var transform in transforms)
            {
                byte[]? before = transform.MovesPixels ? draw.Generator.GetState() : null;
                transform.Apply(values.AsSpan(), room, size, draw);
                if (before is null)
                    continue;
                byte[] after = draw.Generator.GetState();
                draw.Generator.SetState(before);
                transform.Apply(classes.AsSpan(), scratch, maskSize, draw);
                draw.Generator.SetState(after);
            }

            return () => make(classes, mask.Shape);
        }
    }
}
