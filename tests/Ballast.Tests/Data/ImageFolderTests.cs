namespace Ballast.Tests.Data;

public sealed class ImageFolderTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    string At(params string[] names) => Path.Combine([folder.Path, .. names]);

    string Refused() => Assert.Throws<InvalidDataException>(() => new ImageFolder(folder.Path)).Message;

    [Fact]
    public void Classes_and_files_come_in_ordinal_order()
    {
        // As Python sorts them: capitals first, and 10 before 2.
        string[] paths = [At("Zebra", "1.png"), At("cat", "10.png"), At("cat", "2.png"), At("cat", "B.png"), At("cat", "a.png"), At("dog", "1.png")];
        for (int i = paths.Length - 1; i >= 0; i--)
            PictureMaker.WriteRgb(paths[i], seed: i);
        var images = new ImageFolder(folder.Path + Path.DirectorySeparatorChar);
        Assert.Equal(["Zebra", "cat", "dog"], images.ClassNames);
        Assert.Equal(paths, images.PicturePaths);
        Assert.Equal([0, 1, 1, 1, 1, 2], Enumerable.Range(0, images.Count).Select(images.Label));
        Assert.Equal(new Shape(3, 4, 6), images.SampleShape);
        Assert.Equal(folder.Path, images.Path);
        for (int i = 0; i < paths.Length; i++)
            Assert.Equal(Picture.Read(paths[i]).Bytes.ToArray(), images.Bytes(i).ToArray());
        Assert.Equal(("Zebra/1.png", "cat/B.png"), (images.SampleName(0), images.SampleName(3)));
        Assert.Equal(("dog/1.png", "cat/10.png"), (images.Subset(5, 1).SampleName(0), images.Subset(5, 1).Subset(1).SampleName(0)));
        Assert.Throws<ArgumentException>(() => images.SampleName(6));
        Assert.Equal("sample 3", new ArrayDataset([1, 2, 3], [0, 0, 0], [1]).Subset(2, 1).SampleName(0));
        Assert.Throws<ArgumentException>(() => images.Label(6));
        Assert.Throws<ArgumentException>(() => images.Bytes(-1).Length);
    }

    [Fact]
    public void A_batch_is_the_pictures_as_floats()
    {
        PictureMaker.WriteTask(folder.Path);
        var images = new ImageFolder(folder.Path);
        var (inputs, targets) = new DataLoader(images.Subset(23, 0), batchSize: 2).First();
        Assert.Equal(new Shape(2, 1, 4, 6), inputs.Shape);
        Assert.Equal([1, 0], targets.ToArray<long>());
        Assert.Equal(Draw.Bits([.. images.Bytes(23).ToArray().Concat(images.Bytes(0).ToArray()).Select(value => value / 255f)]), Draw.Bits(inputs.AsSpan()));
    }

    [Fact]
    public void What_systems_leave_in_folders_and_files_beside_them_are_passed_over()
    {
        PictureMaker.WriteGray(At("cat", "1.png"));
        foreach (string name in (string[])[At("cat", ".DS_Store"), At("cat", "Thumbs.db"), At("cat", "desktop.ini"), At("labels.csv")])
            File.WriteAllText(name, "not a picture");
        Directory.CreateDirectory(At(".git"));
        Assert.Equal((1, "cat"), (new ImageFolder(folder.Path).Count, Assert.Single(new ImageFolder(folder.Path).ClassNames)));
    }

    [Fact]
    public void A_missing_folder_or_a_file_in_its_place_is_refused()
    {
        Assert.Contains($"There is no folder {At("none")}. Expected a folder with one subfolder",
            Assert.Throws<IOException>(() => new ImageFolder(At("none"))).Message, StringComparison.Ordinal);
        PictureMaker.WriteGray(At("a.png"));
        Assert.Contains("a.png is a file. Expected a folder", Assert.Throws<IOException>(() => new ImageFolder(At("a.png"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_classes_an_empty_one_and_folders_in_folders_are_refused()
    {
        PictureMaker.WriteGray(At("a.png"));
        Assert.Contains($"{folder.Path} has no subfolders. Expected one subfolder of pictures for each class", Refused(), StringComparison.Ordinal);
        PictureMaker.WriteGray(At("cat", "1.png"));
        Directory.CreateDirectory(At("dog"));
        Assert.Contains($"{At("dog")} has no pictures. Put pictures of the class dog into it, or remove the subfolder.", Refused(), StringComparison.Ordinal);
        PictureMaker.WriteGray(At("dog", "small", "1.png"));
        Assert.Contains($"{At("dog")} holds the folder small.", Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_picture_is_named()
    {
        PictureMaker.WriteGray(At("cat", "1.png"));
        File.WriteAllBytes(At("cat", "2.jpg"), [0xFF, 0xD8, 0xFF, 0xE0, 0, 16, (byte)'J', (byte)'F', (byte)'I', (byte)'F']);
        Assert.Contains($"{At("cat", "2.jpg")} cannot be used: PNG: the file is a JPEG picture. Convert it to PNG", Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void Pictures_of_two_sizes_are_refused_and_of_both_grey_and_coloured_ones_all_are_coloured()
    {
        PictureMaker.WriteGray(At("cat", "1.png"));
        PictureMaker.WriteGray(At("dog", "1.png"), 8, 4);
        Assert.Contains($"{At("dog", "1.png")} has 8 x 4 pixels (width x height). Expected 6 x 4 pixels, grey, as {At("cat", "1.png")} is.", Refused(),
            StringComparison.Ordinal);
        PictureMaker.WriteRgb(At("dog", "1.png"));
        var mixed = new ImageFolder(folder.Path);
        Assert.Equal(new Shape(3, 4, 6), mixed.SampleShape);
        Assert.Equal(Picture.Read(At("cat", "1.png")).WithChannels(3).Bytes.ToArray(), mixed.Bytes(0).ToArray());
    }

    [Fact]
    public void The_hash_changes_with_a_pixel_a_label_or_a_name_and_with_nothing_else()
    {
        PictureMaker.WriteGray(At("cat", "1.png"), seed: 1);
        PictureMaker.WriteGray(At("dog", "1.png"), seed: 2);
        string Hash() => Assert.Single(new ImageFolder(folder.Path).Files).Sha256;
        string first = Hash();
        Assert.Equal(folder.Path, Assert.Single(new ImageFolder(folder.Path).Files).Path);
        File.Move(At("dog", "1.png"), At("dog", "7.png"));
        Assert.Equal(first, Hash());
        PictureMaker.WriteGray(At("dog", "7.png"), seed: 3);
        string pixels = Hash();
        PictureMaker.WriteGray(At("cat", "2.png"), seed: 3);
        PictureMaker.WriteGray(At("dog", "7.png"), seed: 2);
        string more = Hash();
        Directory.Move(At("dog"), At("eel"));
        Assert.Equal(4, new HashSet<string> { first, pixels, more, Hash() }.Count);
    }

    [Fact]
    public void Cancelling_ends_the_reading()
    {
        PictureMaker.WriteTask(folder.Path);
        Assert.Throws<OperationCanceledException>(() => new ImageFolder(folder.Path, new CancellationToken(canceled: true)));
    }
}
