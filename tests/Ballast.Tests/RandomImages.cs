namespace Ballast.Tests;

/// <summary>Images of random bytes with random labels of ten classes.</summary>
sealed class RandomImages : ByteDataset
{
    readonly byte[] bytes;
    readonly byte[] labels;

    public RandomImages(int count, int seed)
    {
        bytes = Draw.Bytes(count * 3072, seed);
        labels = Draw.Bytes(count, seed + 1);
    }

    public override int Count => labels.Length;

    public override Shape SampleShape => [3, 32, 32];

    public override int Label(int index) => labels[index] % 10;

    public override ReadOnlySpan<byte> Bytes(int index) => bytes.AsSpan(index * 3072, 3072);
}
