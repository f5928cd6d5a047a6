namespace Ballast.Tests.Data;

public sealed class PictureTableTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public PictureTableTests()
    {
        Directory.CreateDirectory(folder.File("pictures"));
        for (int i = 0; i < 4; i++)
            File.WriteAllBytes(folder.File($"pictures/{i}.png"), new Picture([3, 2, 2], [.. Enumerable.Repeat((byte)(i * 20), 12)]).ToPng());
    }

    public void Dispose() => folder.Dispose();

    string Write(string text)
    {
        File.WriteAllText(folder.File("photos.csv"), text);
        return folder.File("photos.csv");
    }

    [Theory]
    [InlineData("path,label\npictures/2.png,\"dog, small\"\npictures/0.png,cat\npictures/1.png,cat\n")]
    [InlineData("\uFEFFlabel;who;Path\r\ndog, small;\"a \"\"b\"\"\nc\";pictures/2.png\r\ncat;;pictures/0.png\r\n\r\ncat;;pictures/1.png")]
    public void A_table_of_paths_and_labels_is_read_as_a_folder_is(string text)
    {
        string path = Write(text);
        Assert.True(ImageFolder.IsTable(path));
        var data = new ImageFolder(path);
        Assert.Equal(["cat", "dog, small"], data.ClassNames);
        Assert.Equal([1, 0, 0], Enumerable.Range(0, data.Count).Select(data.Label));
        Assert.Equal([40, 0, 20], Enumerable.Range(0, 3).Select(i => (int)data.Bytes(i)[0]));
        Assert.Equal(["2.png", "0.png", "1.png"], data.PicturePaths.Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("path,label\npictures/0.png,cat,3\n", ", line 2, has 3 values. Expected 2, as the first line has names.")]
    [InlineData("path,label\npictures/0.png, \n", ", line 2: the label is empty. Fill it, or leave the line out.")]
    [InlineData("path,label\npictures/9.png,cat\n", "names files that do not exist, paths being from its folder on: line 2: pictures/9.png.")]
    [InlineData("path,label\n", " has names of columns and no pictures.")]
    [InlineData("path,label\n\"pictures/0.png,cat\n", ": the quote that begins in line 2 has no end.")]
    public void What_cannot_be_read_is_said_with_its_line(string text, string message) => Assert.Contains(
        message, Assert.Throws<InvalidDataException>(() => new ImageFolder(Write(text))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_column_says_which_group_each_picture_belongs_to()
    {
        string path = Write("path,patient,label\npictures/2.png,p 7,dog\npictures/0.png, p1 ,cat\npictures/3.png,p 7,cat\n");
        var data = new ImageFolder(path, new ImageFolderOptions { GroupColumn = "Patient" });
        Assert.Equal(["p 7", "p1", "p 7"], data.Groups);
        Assert.Empty(new ImageFolder(path).Groups);
        var parts = DataSplit.ByGroup(data.Groups, [0.5, 0.5], seed: 1);
        Assert.Equal([[0, 2], [1]], parts.OrderByDescending(static part => part.Length));

        File.WriteAllText(folder.File("pictures/3.png"), "no picture");
        data = new ImageFolder(path, new ImageFolderOptions { GroupColumn = "patient", SkipBroken = true });
        Assert.Equal(["p 7", "p1"], data.Groups);
    }

    [Theory]
    [InlineData("path,label\npictures/0.png,cat\n", " has no column patient of groups. Its columns are path, label.")]
    [InlineData("path,label,patient\npictures/0.png,cat,p\npictures/0.png,cat, \n", ", line 3: the patient is empty. Fill it, or leave the line out.")]
    public void A_group_that_is_missing_is_said(string text, string message) => Assert.Contains(
        message, Assert.Throws<InvalidDataException>(() => Open(Write(text))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_folder_has_no_column_of_groups() => Assert.Equal(
        $"{folder.Path} is a folder and has no column patient of groups. Name the pictures in a CSV file with the columns path, label and patient.",
        Assert.Throws<InvalidDataException>(() => Open(folder.Path)).Message);

    static ImageFolder Open(string path) => new(path, new ImageFolderOptions { GroupColumn = "patient" });

    [Fact]
    public void A_table_without_these_columns_is_none_of_pictures_and_a_picture_is_the_same_after_it_was_written()
    {
        Assert.False(ImageFolder.IsTable(Write("file,label\na,b\n")));
        Assert.False(ImageFolder.IsTable(folder.File("none.csv")));
        var picture = new Picture([3, 2, 3], [.. Enumerable.Range(0, 18).Select(static i => (byte)(i * 14))]);
        File.WriteAllBytes(folder.File("a.png"), picture.ToPng());
        Assert.Equal(picture.Bytes.ToArray(), Picture.Read(folder.File("a.png")).Bytes.ToArray());
    }
}
