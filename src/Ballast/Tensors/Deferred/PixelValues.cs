using Ballast.Kernels;

namespace Ballast;

/// <summary>The values of images that are still bytes: byte / 255. A linear layer reads the bytes themselves, where they are;
/// whoever else reads gets floats.</summary>
/// <param name="addresses">Where each image's bytes are: as many addresses as there are images, in an int64 buffer.</param>
/// <param name="count">How many images there are.</param>
/// <param name="size">How many bytes an image has.</param>
/// <param name="owner">What keeps the bytes in place: their dataset, or a buffer of which this owns a hold.</param>
/// <param name="mean">What is subtracted from each channel, and</param>
/// <param name="std">what it is then divided by; both null where byte / 255 is the value. Layers then get floats.</param>
sealed unsafe class PixelValues(
    Buffer addresses, int count, int size, object owner, IReadOnlyList<float>? mean = null, IReadOnlyList<float>? std = null) : Deferred
{
    byte** Addresses
    {
        get
        {
            fixed (long* start = addresses.Span<long>(count))
                return (byte**)start;
        }
    }

    /// <summary>The bytes themselves, where an image is a row.</summary>
    public override bool TryOpenRows(int rows, int columns, out RowPrologue prologue)
    {
        bool areRows = rows == count && columns == size && mean is null;
        prologue = areRows ? new RowPrologue(Addresses) : default;
        return areRows;
    }

    /// <inheritdoc/>
    public override void Write(Span<float> destination)
    {
        fixed (float* to = destination)
        {
            for (int i = 0; i < count; i++)
                RowPrologue.Convert(Addresses[i], to + (nint)i * size, size);
        }

        if (mean is null)
            return;
        int length = size / mean.Count;
        for (int row = 0; row < count * mean.Count; row++)
            PixelStandardization.Run(destination.Slice(row * length, length), mean[row % mean.Count], std![row % mean.Count]);
    }

    /// <inheritdoc/>
    protected override void ReleaseSources()
    {
        addresses.Release();
        (owner as Buffer)?.Release();
    }
}
