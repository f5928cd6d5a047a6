using System.Numerics;

namespace Ballast;

/// <summary>A dataset whose samples are kept as bytes, one a value, and become floats when they are read:
/// <c>b / 255f</c>, as torchvision's <c>ToTensor</c> makes them. Images take a quarter of the memory that way.</summary>
public abstract class ByteDataset : Dataset
{
    /// <summary>A sample's bytes, row-major, in place: nothing is copied.</summary>
    /// <exception cref="ArgumentException">There is no such sample.</exception>
    public abstract ReadOnlySpan<byte> Bytes(int index);

    /// <inheritdoc/>
    public override void Read(int index, Span<float> destination)
    {
        CheckDestination(destination.Length);
        ToUnit(Bytes(index), destination);
    }

    /// <inheritdoc/>
    public override ByteDataset Subset(params ReadOnlySpan<int> indices) => new ByteSubset(this, indices);

    /// <summary>Spreads bytes over 0..1. A division, since b * (1 / 255f) rounds 126 of the 256 values
    /// otherwise.</summary>
    internal static void ToUnit(ReadOnlySpan<byte> source, Span<float> destination)
    {
        destination = destination[..source.Length];
        var scale = new Vector<float>(255);
        int i = 0;
        for (; i <= source.Length - Vector<byte>.Count; i += Vector<byte>.Count)
        {
            Vector.Widen(new Vector<byte>(source[i..]), out var low, out var high);
            Vector.Widen(low, out var first, out var second);
            Vector.Widen(high, out var third, out var fourth);
            (ToFloat(first) / scale).CopyTo(destination[i..]);
            (ToFloat(second) / scale).CopyTo(destination[(i + Vector<float>.Count)..]);
            (ToFloat(third) / scale).CopyTo(destination[(i + 2 * Vector<float>.Count)..]);
            (ToFloat(fourth) / scale).CopyTo(destination[(i + 3 * Vector<float>.Count)..]);
        }

        for (; i < source.Length; i++)
            destination[i] = source[i] / 255f;
    }

    // From int: processors below AVX-512 have no conversion from uint.
    static Vector<float> ToFloat(Vector<uint> values) => Vector.ConvertToSingle(values.As<uint, int>());
}
