using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Ballast.Tests.Data;

// Goldens/cifar10-slice.bin holds the first 100 training and the first 100 test records of the authors' files:
//   (head -c 307300 data_batch_1.bin; head -c 307300 test_batch.bin) > cifar10-slice.bin
// SHA-256 2049bf476b8223a96db7eb5b1a30964cbe6e7830d5a66eb96c75c05151f1e860.
public sealed class Cifar10Tests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    static string SlicePath => Path.Combine(AppContext.BaseDirectory, "Goldens", "cifar10-slice.bin");

    DatasetOptions Offline => new() { CacheFolder = folder.Path, Download = false };

    [Fact]
    public void A_slice_has_the_labels_and_pixels_of_the_originals()
    {
        var slice = Cifar10.FromRecords(SlicePath);
        Assert.Equal(200, slice.Count);
        Assert.Equal(new Shape(3, 32, 32), slice.SampleShape);
        Assert.Equal([6, 9, 9, 4, 1, 1, 2, 7, 8, 3], Enumerable.Range(0, 10).Select(slice.Label));
        Assert.Equal([3, 8, 8, 0, 6, 6, 1, 6, 3, 1], Enumerable.Range(100, 10).Select(slice.Label));
        Assert.Equal(("frog", "truck", "cat"), (Name(0), Name(1), Name(100)));
        Assert.Equal([59, 43, 50], slice.Bytes(0)[..3].ToArray());              // red
        Assert.Equal([62, 46, 48], slice.Bytes(0).Slice(1024, 3).ToArray());     // green
        Assert.Equal([63, 45, 43], slice.Bytes(0).Slice(2048, 3).ToArray());     // blue

        string Name(int index) => slice.ClassNames[slice.Label(index)];
    }

    // x = torch.frombuffer(bytearray(open("cifar10-slice.bin", "rb").read()), dtype=torch.uint8)
    // x = x.view(200, 3073)[:, 1:].float().div(255)      # what torchvision's ToTensor computes
    // hashlib.sha256(x.contiguous().numpy().tobytes()).hexdigest()
    [Fact]
    public void The_floats_are_those_of_PyTorch_to_the_last_bit()
    {
        var slice = Cifar10.FromRecords(SlicePath);
        var values = new float[slice.Count * slice.SampleShape.Length];
        for (int i = 0; i < slice.Count; i++)
            slice.Read(i, values.AsSpan(i * 3072, 3072));
        Assert.Equal("01c3549f3314599c61a0829afa325cce1f1988d1a19db7c253d9c0569288298d",
            Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(values.AsSpan()))));
    }

    [Fact]
    public void An_index_outside_and_a_file_of_another_length_are_refused()
    {
        var slice = Cifar10.FromRecords(SlicePath);
        Assert.Throws<ArgumentException>(() => slice.Label(200));
        Assert.Throws<ArgumentException>(() => slice.Bytes(-1).Length);
        File.WriteAllBytes(folder.File("cut"), new byte[3072]);
        Assert.Throws<InvalidDataException>(() => Cifar10.FromRecords(folder.File("cut")));
    }

    [Fact]
    public void An_empty_cache_is_reported_file_by_file()
    {
        var found = Cifar10.Inspect(Offline);
        Assert.Equal(["data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin",
            "test_batch.bin"], found.Select(file => Path.GetFileName(file.Path)));
        Assert.All(found, file => Assert.Equal((DataFileState.Missing, 30_730_000), (file.State, file.ExpectedSize)));
        Assert.All(found, file => Assert.Equal(folder.File("cifar-10-batches-bin"), Path.GetDirectoryName(file.Path)));
    }

    [Fact]
    public void Missing_files_are_named_where_downloading_is_off()
    {
        var train = Assert.Throws<IOException>(() => Cifar10.Train(Offline));
        Assert.Contains("data_batch_1.bin, data_batch_2.bin", train.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("test_batch.bin", train.Message, StringComparison.Ordinal);
        var test = Assert.Throws<IOException>(() => Cifar10.Test(Offline));
        Assert.Contains("CIFAR-10: test_batch.bin missing", test.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_the_right_size_with_other_content_is_refused_with_both_hashes()
    {
        Directory.CreateDirectory(folder.File("cifar-10-batches-bin"));
        string path = Path.Combine(folder.File("cifar-10-batches-bin"), "test_batch.bin");
        using (var file = File.Create(path))
            file.SetLength(30_730_000);
        var error = Assert.Throws<InvalidDataException>(() => Cifar10.Test(Offline));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Contains("8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b, found ", error.Message,
            StringComparison.Ordinal);
        Assert.Equal(DataFileState.Damaged, Cifar10.Inspect(Offline)[5].State);
    }

    [Fact]
    public void A_cancelled_start_touches_nothing()
    {
        Assert.Throws<OperationCanceledException>(() => Cifar10.Train(Offline, new CancellationToken(canceled: true)));
        AssertNothing();
        Assert.Throws<OperationCanceledException>(
            () => Cifar10.Fetch(Offline, cancellation: new CancellationToken(canceled: true)));
        AssertNothing();

        void AssertNothing() => Assert.Empty(folder.Names());
    }
}
