using System.Numerics;
using System.Runtime.InteropServices;

namespace Ballast;

/// <summary>A loader's transforms in one epoch. One thread at a time reads batches, and this with them.</summary>
/// <param name="loader">The loader.</param>
/// <param name="epoch">The number of the epoch.</param>
/// <param name="seed">The epoch's base seed.</param>
sealed class Augmentation(DataLoader loader, int epoch, long seed)
{
    readonly Generator generator = new(0);
    readonly ImageTransform[] transforms = [.. loader.Transforms];
    readonly SampleTransform[] sampleTransforms = [.. loader.SampleTransforms];
    readonly BatchTransform[] batchTransforms = [.. loader.BatchTransforms];
    readonly ImageSize size = loader.Transforms.Count > 0 ? ImageSize.Of(loader.Dataset.SampleShape) : default;
    readonly float[] scratch = loader.Transforms.Count > 0 ? new float[loader.Dataset.SampleShape.Length] : [];

    /// <summary>Whether images are changed one by one.</summary>
    public bool ChangesImages => transforms.Length > 0;

    /// <summary>Begins a batch: what is drawn follows from its number, whatever was read before.</summary>
    /// <param name="batch">The number of the batch in the epoch.</param>
    public void Begin(int batch) => generator.ManualSeed(unchecked(seed + batch));

    /// <summary>Transforms the images of a batch.</summary>
    /// <param name="images">The images one after the other, changed in place.</param>
    /// <param name="order">The epoch's order; null for that of the dataset.</param>
    /// <param name="first">Where in it the batch begins.</param>
    public void Apply<T>(Span<T> images, int[]? order, int first)
        where T : unmanaged, INumber<T>
    {
        if (transforms.Length == 0)
            return;
        for (int i = 0; i < images.Length / scratch.Length; i++)
            Apply(images.Slice(i * scratch.Length, scratch.Length), new SampleDraw(order is null ? first + i : order[first + i], epoch, generator));
    }

    /// <summary>Transforms a sample: its image, then all of it.</summary>
    public Sample Apply(Sample sample, int index)
    {
        var draw = new SampleDraw(index, epoch, generator);
        if (transforms.Length > 0)
        {
            var image = sample.Inputs[0];
            Throw.Unless(image.Length == scratch.Length,
                $"DataLoader: expected images {loader.Dataset.SampleShape} to transform, got {image.Shape} as sample {index}.");
            float[] values = image.ToArray();
            Apply(values.AsSpan(), draw);
            sample = sample with { Inputs = TensorList.Of([Tensor.From(values, image.Shape), .. sample.Inputs.Skip(1)], sample.Inputs.Names) };
        }

        foreach (var transform in sampleTransforms)
            sample = transform.Apply(sample, draw);
        return sample;
    }

    /// <summary>Transforms a batch as a whole.</summary>
    public Batch Mix(Batch batch)
    {
        foreach (var transform in batchTransforms)
            batch = transform.Apply(batch, generator);
        return batch;
    }

    void Apply<T>(Span<T> image, in SampleDraw draw)
        where T : unmanaged, INumber<T>
    {
        var room = MemoryMarshal.Cast<float, T>(scratch.AsSpan())[..scratch.Length];
        foreach (var transform in transforms)
            transform.Apply(image, room, size, draw);
    }
}
