namespace Ballast.Tests.Data;

public class ByteDatasetTests
{
    static readonly byte[] EveryByte = [.. Enumerable.Range(0, 256).Select(value => (byte)value)];

    [Fact]
    public void A_subset_keeps_the_bytes_in_place()
    {
        var all = new Digits();
        ByteDataset subset = all.Subset(7, 3, 3);
        Assert.Equal(3, subset.Count);
        Assert.Equal([7, 3, 3], Enumerable.Range(0, 3).Select(subset.Label));
        Assert.True(subset.Bytes(1) == all.Bytes(3));

        ByteDataset inner = subset.Subset(2, 0);
        Assert.True(inner.Bytes(1) == all.Bytes(7));
        Assert.Equal(all.SampleShape, inner.SampleShape);
        Assert.Same(all.ClassNames, inner.ClassNames);
    }

    [Fact]
    public void Reading_refuses_another_size_and_another_index()
    {
        var subset = new Digits().Subset(1, 2);
        Assert.Throws<ArgumentException>(() => subset.Read(0, new float[3]));
        Assert.Throws<ArgumentException>(() => subset.Read(0, new float[5]));
        Assert.Throws<ArgumentException>(() => subset.Bytes(2).Length);
        Assert.Throws<ArgumentException>(() => subset.Label(-1));
        Assert.Throws<ArgumentException>(() => subset.Subset(2));
    }

    sealed class Digits : ByteDataset
    {
        readonly byte[] bytes = EveryByte[..40];

        public override int Count => 10;

        public override Shape SampleShape => [2, 2];

        public override IReadOnlyList<string> ClassNames { get; } = [.. Enumerable.Range(0, 10).Select(i => $"{i}")];

        public override int Label(int index) => index;

        public override ReadOnlySpan<byte> Bytes(int index) => bytes.AsSpan(4 * index, 4);
    }
}
