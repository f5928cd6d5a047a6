using Ballast.Lab;

namespace Ballast.Tests.Lab;

/// <summary>Test pictures that are training pictures saved again, or in another size.</summary>
public class AlikePictureTests
{
    sealed class Made(IReadOnlyList<byte[]> pictures, IReadOnlyList<int> labels) : ByteDataset
    {
        public override int Count => pictures.Count;
        public override Shape SampleShape => [3, 32, 32];
        public override int Label(int index) => labels[index];
        public override ReadOnlySpan<byte> Bytes(int index) => pictures[index];
    }

    static readonly ByteDataset Slice = Cifar10.FromRecords(SampleRun.Slice);

    static ByteDataset Part(int from, int count) => Slice.Subset([.. Enumerable.Range(from, count)]);

    // In another size and back, and every value a little off, as losses leave it.
    static byte[] Copy(byte[] bytes, int size, int noise)
    {
        var draw = new Random(size + bytes[0]);
        byte[] made = [.. new Picture([3, 32, 32], bytes).Resize(size, size).Resize(32, 32).Bytes];
        for (int i = 0; i < made.Length; i++)
            made[i] = (byte)Math.Clamp(made[i] + draw.Next(-noise, noise + 1), 0, 255);
        return made;
    }

    static Made With(ByteDataset test, IEnumerable<byte[]> more)
    {
        byte[][] all = [.. Enumerable.Range(0, test.Count).Select(i => test.Bytes(i).ToArray()), .. more];
        return new Made(all, [.. all.Select(static (_, i) => i % 10)]);
    }

    static Finding[] Find(ByteDataset training, ByteDataset test) => Patient.Find(
        "test-in-training", new Sequential(new Flatten(), new Linear(3072, 10)),
        new DoctorOptions { Batches = Patient.Loader(training), TestBatches = Patient.Loader(test), MaxBatches = 2 });

    [Theory]
    [InlineData(24, 0, 18)]
    [InlineData(20, 6, 12)]
    [InlineData(48, 10, 18)]
    public void Copies_with_losses_or_in_another_size_are_found_and_other_pictures_are_not(int size, int noise, int least)
    {
        int half = Slice.Count / 2;
        var (training, test) = (Part(0, half), Part(half, half));
        Assert.Empty(Duplicates.Alike(test, training));
        Assert.Empty(Find(training, test));

        int[] planted = [.. Enumerable.Range(0, 20).Select(static i => 3 * i)];
        var mixed = With(test, planted.Select(i => Copy(training.Bytes(i).ToArray(), size, noise)));
        var alike = Duplicates.Alike(mixed, training);
        Assert.InRange(alike.Count, least, 20);         // the others have hardly any contrast, or details alone
        Assert.All(alike, pair => Assert.Equal(planted[pair.Test - half], pair.Training));
        var finding = Assert.Single(Find(training, mixed));
        Assert.Equal((Severity.Error, Confidence.Likely), (finding.Severity, finding.Confidence));
        Assert.Equal(alike.Count, finding.Evidence["alike"]);
        Assert.Contains($"{alike.Count} look like one of the {half} training pictures without being equal to it: by indices (test ~ training) {half} ~ 0,",
            finding.Message, StringComparison.Ordinal);

        // One alone may be chance; equal ones are said as equal.
        Assert.Empty(Find(training, With(test, [Copy(training.Bytes(3).ToArray(), size, noise)])));
        Assert.Empty(Duplicates.Alike(With(test, [training.Bytes(3).ToArray()]), training));
    }

    [Fact]
    public void Flat_and_tiny_pictures_are_left_out_and_shapes_have_to_fit()
    {
        byte[] flat = [.. Enumerable.Repeat((byte)200, 3072)], other = [.. Enumerable.Range(0, 3072).Select(static i => (byte)(200 + i % 3))];
        Assert.Empty(Duplicates.Alike(new Made([flat, other], [0, 1]), new Made([other, flat, [.. flat.Select(static v => (byte)(v - 1))]], [0, 1, 1])));
        Assert.Contains("Give data of one shape", Assert.Throws<ArgumentException>(() => Duplicates.Alike(Slice, FashionLike())).Message, StringComparison.Ordinal);
    }

    static ByteSlice FashionLike() => new();

    sealed class ByteSlice : ByteDataset
    {
        readonly byte[] bytes = new byte[784];

        public override int Count => 2;
        public override Shape SampleShape => [1, 28, 28];
        public override int Label(int index) => index;
        public override ReadOnlySpan<byte> Bytes(int index) => bytes;
    }
}
