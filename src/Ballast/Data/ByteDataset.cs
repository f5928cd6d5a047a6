using Ballast.Kernels;

namespace Ballast;

/// <summary>A dataset whose samples are kept as bytes, one a value, and become floats when they are read:
/// <c>b / 255f</c>, as torchvision's <c>ToTensor</c> makes them. Images take a quarter of the memory that way.</summary>
public abstract class ByteDataset : Dataset
{
    /// <summary>A sample's bytes, row-major, in place: nothing is copied.</summary>
    /// <exception cref="ArgumentException">There is no such sample.</exception>
    public abstract ReadOnlySpan<byte> Bytes(int index);

    /// <summary>Where a sample's bytes are, if they stay there for as long as the dataset lives; null if they may move. A
    /// batch of such samples copies nothing: its layers read the dataset itself.</summary>
    internal virtual unsafe byte* Address(int index) => null;

    /// <summary>What the values go through once they are floats; null for nothing.</summary>
    internal virtual Standardization? Standardization => null;

    /// <inheritdoc/>
    public override unsafe void Read(int index, Span<float> destination)
    {
        CheckDestination(destination.Length);
        fixed (byte* from = Bytes(index))
        fixed (float* to = destination)
            RowPrologue.Convert(from, to, destination.Length);
        Standardization?.Apply(destination);
    }

    /// <inheritdoc/>
    public override ByteDataset Subset(params ReadOnlySpan<int> indices) => new ByteSubset(this, indices);

    /// <inheritdoc/>
    public override ByteDataset Standardize(Standardization standardization)
    {
        CheckStandardization(standardization, Standardization is not null);
        return new StandardizedImages(this, standardization);
    }
}
