namespace Ballast.Tests.Data;

/// <summary>Files of the user's own, which others write to while they are in use.</summary>
public sealed class OwnFilesTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    static void Truncate(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        file.SetLength(0);
    }

    static byte[] All(ByteDataset data) => [.. Enumerable.Range(0, data.Count).SelectMany(i => data.Bytes(i).ToArray())];

    // A mapping of the file ended the process here.
    [Fact]
    public void Records_that_are_truncated_while_they_are_trained_on_are_the_same_images()
    {
        string path = folder.File("records.bin");
        File.Copy(Golden.PathOf("cifar10-slice.bin"), path);
        var whole = Cifar10.FromRecords(Golden.PathOf("cifar10-slice.bin"));
        var own = Cifar10.FromRecords(path);
        var (first, second) = (new Linear(3072, 2, generator: new Generator(1)), new Linear(3072, 2, generator: new Generator(1)));
        var flatten = new Flatten();
        using var batches = new DataLoader(own, 50).GetEnumerator();
        using var others = new DataLoader(whole, 50).GetEnumerator();
        Assert.True(batches.MoveNext() && others.MoveNext());
        Truncate(path);
        do
        {
            Assert.Equal(second.Forward(flatten.Forward(others.Current.Inputs)).ToArray(), first.Forward(flatten.Forward(batches.Current.Inputs)).ToArray());
        }
        while (batches.MoveNext() && others.MoveNext());

        Assert.Equal(All(whole), All(own));
        Assert.Equal(whole.Files.Single().Sha256, own.Files.Single().Sha256);
    }

    [Fact]
    public void IDX_files_that_are_truncated_while_they_are_read_are_the_same_images()
    {
        byte[] pixels = [.. Enumerable.Range(0, 3 * 28 * 28).Select(static i => (byte)i)];
        string images = folder.File("images"), labels = folder.File("labels");
        File.WriteAllBytes(images, IdxMaker.Make([3, 28, 28], pixels));
        File.WriteAllBytes(labels, IdxMaker.Make([3], [1, 2, 3]));
        var own = FashionMnist.FromFiles(images, labels);
        Truncate(images);
        Truncate(labels);
        Assert.Equal(pixels, All(own));
        Assert.Equal([1, 2, 3], Enumerable.Range(0, 3).Select(own.Label));
    }

    [Fact]
    public void An_empty_file_is_refused() => Assert.Equal(
        $"{folder.File("empty")} is empty. Expected a file of samples.", Assert.Throws<InvalidDataException>(() =>
        {
            File.WriteAllBytes(folder.File("empty"), []);
            CopiedFile.Read(folder.File("empty"));
        }).Message);
}
