using System.IO.Compression;

namespace Ballast.Tests.Data;

public sealed class FashionMnistTests : IDisposable
{
    const int Pixels = 28 * 28;

    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    DatasetOptions Offline => new() { CacheFolder = folder.File("cache"), Download = false, SystemFolders = [folder.File("system")] };

    string CacheFile(string name) => Path.Combine(folder.File("cache"), "fashion-mnist", name);

    string Write(string name, byte[] content)
    {
        File.WriteAllBytes(folder.File(name), content);
        return folder.File(name);
    }

    FashionMnist Own(byte[] pixels, byte[] labels) => FashionMnist.FromFiles(
        Write("images", IdxMaker.Make([pixels.Length / Pixels, 28, 28], pixels)),
        Write("labels", IdxMaker.Make([labels.Length], labels)));

    [Fact]
    public void Images_and_labels_of_ones_own_are_read_where_they_lie()
    {
        byte[] pixels = Draw.Bytes(3 * Pixels, 5);
        var own = Own(pixels, [9, 0, 3]);
        Assert.Equal((3, new Shape(1, 28, 28)), (own.Count, own.SampleShape));
        Assert.Equal([9, 0, 3], Enumerable.Range(0, 3).Select(own.Label));
        Assert.Equal("Ankle boot", own.ClassNames[own.Label(0)]);
        var values = new float[Pixels];
        for (int i = 0; i < 3; i++)
        {
            byte[] image = pixels[(i * Pixels)..((i + 1) * Pixels)];
            Assert.Equal(image, own.Bytes(i).ToArray());
            own.Read(i, values);
            Assert.Equal(Draw.Bits(Array.ConvertAll(image, value => value / 255f)), Draw.Bits(values));
        }

        var (inputs, targets) = new DataLoader(own, batchSize: 3).First();
        Assert.Equal(new Shape(3, 1, 28, 28), inputs.Shape);
        Assert.Equal(pixels[Pixels + 7] / 255f, inputs[1, 0, 0, 7]);
        Assert.Equal([9, 0, 3], targets.ToArray<long>());
        Assert.Equal(["images", "labels"], own.Files.Select(file => Path.GetFileName(file.Path)));
        Assert.Throws<ArgumentException>(() => own.Label(3));
        Assert.Throws<ArgumentException>(() => own.Bytes(-1).Length);
    }

    [Fact]
    public void Files_that_are_not_what_they_should_be_are_refused()
    {
        Assert.Contains("image 1 has the label 10. Expected 0 to 9", Refused(() => Own(new byte[2 * Pixels], [9, 10])), StringComparison.Ordinal);
        Assert.Contains("has 2 images, ", Refused(() => Own(new byte[2 * Pixels], [9])), StringComparison.Ordinal);
        string labels = Write("labels", IdxMaker.Make([1], [0]));
        Assert.Contains("Expected samples of 28 x 28",
            Refused(() => FashionMnist.FromFiles(Write("wide", IdxMaker.Make([1, 28, 32], new byte[28 * 32])), labels)), StringComparison.Ordinal);
        Assert.Contains("empty", Refused(() => FashionMnist.FromFiles(Write("empty", []), labels)), StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => FashionMnist.FromFiles(folder.File("none"), labels));

        static string Refused(Action open) => Assert.Throws<InvalidDataException>(open).Message;
    }

    [Fact]
    public void An_empty_cache_is_reported_file_by_file_and_never_filled_unasked()
    {
        var found = FashionMnist.Inspect(Offline);
        Assert.Equal(["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"],
            found.Select(file => Path.GetFileName(file.Path)));
        Assert.Equal([47_040_016, 60_008, 7_840_016, 10_008], found.Select(file => file.ExpectedSize));
        Assert.All(found, file => Assert.Equal(DataFileState.Missing, file.State));
        string message = Assert.Throws<IOException>(() => FashionMnist.Test(Offline)).Message;
        Assert.Contains("Fashion-MNIST: t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte missing", message, StringComparison.Ordinal);
        Assert.Contains("`ballast data fetch fashion-mnist`", message, StringComparison.Ordinal);
        Assert.Empty(folder.Names());
    }

    [Fact]
    public void Packed_files_of_another_content_are_never_taken_from_the_system()
    {
        string system = Directory.CreateDirectory(Path.Combine(folder.File("system"), "fashion-mnist")).FullName;
        foreach (var file in FashionMnistLayout.Files)
        {
            using var packed = new GZipStream(File.Create(Path.Combine(system, file.Name + ".gz")), CompressionLevel.Fastest);
            packed.Write(new byte[file.Size]);
        }

        string message = Assert.Throws<IOException>(() => FashionMnist.Train(Offline)).Message;
        Assert.Contains("1. Debian's package dataset-fashion-mnist: it brought a wrong train-images-idx3-ubyte: expected the SHA-256", message,
            StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(folder.File("cache"), "fashion-mnist")));
    }

    [Fact]
    public void A_damaged_file_in_the_cache_is_refused_with_the_command_that_replaces_it()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(CacheFile("t10k-labels-idx1-ubyte"))!);
        File.WriteAllBytes(CacheFile("t10k-labels-idx1-ubyte"), IdxMaker.Make([10_000], new byte[10_000]));
        string message = Assert.Throws<InvalidDataException>(() => FashionMnist.Test(Offline)).Message;
        Assert.Contains("t10k-labels-idx1-ubyte is damaged: expected the SHA-256 0402a96d", message, StringComparison.Ordinal);
        Assert.Contains("`ballast data fetch fashion-mnist`", message, StringComparison.Ordinal);
    }

    // The numbers were read with Python from the files of Debian's package:
    //   labels = open("t10k-labels-idx1-ubyte", "rb").read()[8:]; sum(images[16 + 784 * i : 16 + 784 * (i + 1)])
    [FashionMnistFact]
    public void The_images_are_the_authors()
    {
        var train = FashionMnist.Train(FashionMnistFactAttribute.Options);
        var test = FashionMnist.Test(FashionMnistFactAttribute.Options);
        Assert.Equal((60_000, 10_000), (train.Count, test.Count));
        Assert.Equal([9, 0, 0, 3, 0, 2, 7, 2, 5, 5], Enumerable.Range(0, 10).Select(train.Label));
        Assert.Equal([9, 2, 1, 1, 6, 1, 4, 6, 5, 7], Enumerable.Range(0, 10).Select(test.Label));
        Assert.Equal([76247, 84598, 28662], Enumerable.Range(0, 3).Select(i => Sum(train.Bytes(i))));
        Assert.Equal([33456, 100994, 51520], Enumerable.Range(0, 3).Select(i => Sum(test.Bytes(i))));
        Assert.Equal([1, 0, 0, 0, 98, 136, 110, 109], test.Bytes(0).Slice(400, 8).ToArray());

        static int Sum(ReadOnlySpan<byte> bytes)
        {
            int sum = 0;
            foreach (byte value in bytes)
                sum += value;
            return sum;
        }
    }
}
