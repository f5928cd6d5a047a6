using System.Numerics;

namespace Ballast;

/// <summary>A loader's transforms in one epoch. One thread at a time reads batches, and this with them.</summary>
/// <param name="loader">The loader.</param>
/// <param name="epoch">The number of the epoch.</param>
/// <param name="seed">The epoch's base seed.</param>
sealed class Augmentation(DataLoader loader, int epoch, long seed)
{
    readonly Generator generator = new(0);
    readonly ImageSize size = ImageSize.Of(loader.Dataset.SampleShape);
    readonly ImageTransform[] transforms = [.. loader.Transforms];
    readonly float[] scratch = new float[loader.Dataset.SampleShape.Length];

    /// <summary>Transforms the images of a batch, whatever was read before.</summary>
    /// <param name="batch">The number of the batch in the epoch.</param>
    /// <param name="images">The images one after the other, changed in place.</param>
    /// <param name="order">The epoch's order; null for that of the dataset.</param>
    /// <param name="first">Where in it the batch begins.</param>
    public void Apply<T>(int batch, Span<T> images, int[]? order, int first)
        where T : unmanaged, INumber<T>
    {
        generator.ManualSeed(unchecked(seed + batch));
        var room = System.Runtime.InteropServices.MemoryMarshal.Cast<float, T>(scratch.AsSpan())[..scratch.Length];
        for (int i = 0; i < images.Length / scratch.Length; i++)
        {
            var image = images.Slice(i * scratch.Length, scratch.Length);
            var draw = new SampleDraw(order is null ? first + i : order[first + i], epoch, generator);
            foreach (var transform in transforms)
                transform.Apply(image, room, size, draw);
        }
    }
}
