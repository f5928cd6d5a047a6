namespace Ballast.Tests.Data;

public sealed class PictureTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    string Png(string name) => folder.File(name);

    static string Refused(Action read) => Assert.Throws<InvalidDataException>(read).Message;

    [Fact]
    public void A_grey_picture_is_its_bytes()
    {
        byte[] pixels = Draw.Bytes(24, 3);
        var picture = Picture.Read(PictureMaker.Write(Png("a.png"), 6, 4, pixels));
        Assert.Equal(new Shape(1, 4, 6), picture.Shape);
        Assert.Equal(pixels, picture.Bytes.ToArray());
    }

    [Fact]
    public void Colours_come_apart()
    {
        byte[] pixels = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18];
        var picture = Picture.Read(PictureMaker.Write(Png("a.png"), 3, 2, pixels));
        Assert.Equal(new Shape(3, 2, 3), picture.Shape);
        Assert.Equal([1, 4, 7, 10, 13, 16, 2, 5, 8, 11, 14, 17, 3, 6, 9, 12, 15, 18], picture.Bytes.ToArray());
    }

    [Fact]
    public void An_opaque_alpha_channel_is_dropped_and_a_transparent_pixel_refused()
    {
        Assert.Equal([7, 8], Picture.Read(PictureMaker.Write(Png("ga.png"), 2, 1, [7, 255, 8, 255])).Bytes.ToArray());
        Assert.Equal([1, 4, 2, 5, 3, 6], Picture.Read(PictureMaker.Write(Png("rgba.png"), 2, 1, [1, 2, 3, 255, 4, 5, 6, 255])).Bytes.ToArray());
        string message = Refused(() => Picture.Read(PictureMaker.Write(Png("t.png"), 1, 3, [1, 2, 3, 255, 4, 5, 6, 255, 7, 8, 9, 254])));
        Assert.Contains("t.png cannot be used: the pixel in row 2, column 0 is transparent. Save the picture without transparency", message,
            StringComparison.Ordinal);
        Assert.Contains("row 0, column 1", Refused(() => Picture.Read(PictureMaker.Write(Png("u.png"), 2, 1, [1, 255, 1, 0]))), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_picture_is_refused_by_its_path_with_what_was_expected()
    {
        File.WriteAllText(Png("notes.txt"), "these are my notes");
        Assert.Contains("notes.txt cannot be used: PNG: the file does not begin as one.", Refused(() => Picture.Read(Png("notes.txt"))),
            StringComparison.Ordinal);
        Assert.EndsWith("Expected a picture: PNG.", Refused(() => Picture.Read(Png("notes.txt"))), StringComparison.Ordinal);
        byte[] whole = File.ReadAllBytes(PictureMaker.WriteGray(Png("whole.png")));
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(Png("cut.png"), whole[..length]);
            Assert.Contains("cut.png", Refused(() => Picture.Read(Png("cut.png"))), StringComparison.Ordinal);
        }

        Assert.Contains("is a folder. Expected a picture (PNG): name the files in it.", Assert.Throws<IOException>(() => Picture.Read(folder.Path)).Message, StringComparison.Ordinal);
        Assert.Contains("There is no file", Assert.Throws<FileNotFoundException>(() => Picture.Read(Png("none.png"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Many_are_read_in_order_and_the_first_that_does_not_fit_is_named()
    {
        string[] paths = [.. Enumerable.Range(0, 40).Select(i => PictureMaker.WriteGray(Png($"{i}.png"), seed: i))];
        Assert.Equal(paths.Select(path => Picture.Read(path).Bytes.ToArray()), Picture.ReadAll(paths).Select(picture => picture.Bytes.ToArray()));
        Assert.Empty(Picture.ReadAll([]));

        PictureMaker.WriteGray(paths[11], 6, 5);
        Assert.Equal($"{paths[11]} has 6 x 5 pixels (width x height). Expected 6 x 4 pixels, grey, as {paths[0]} is. "
            + "Choose a size that all pictures are brought to, or leave it out.", Refused(() => Picture.ReadAll(paths)));
        PictureMaker.WriteRgb(paths[9]);
        Assert.Equal($"{paths[9]} is RGB. Expected 6 x 4 pixels, grey, as {paths[0]} is. Convert it, or leave it out. "
            + $"(1 more of 40 files cannot be used either:\n  {paths[11]} has 6 x 5 pixels (width x height). Expected 6 x 4 pixels, grey, as "
            + $"{paths[0]} is. Choose a size that all pictures are brought to, or leave it out.)", Refused(() => Picture.ReadAll(paths)));
        File.Delete(paths[3]);
        Assert.Contains(paths[3], Assert.Throws<IOException>(() => Picture.ReadAll(paths)).Message, StringComparison.Ordinal);
        Assert.Contains("0.png is grey. Expected 6 x 4 pixels, RGB. ", Refused(() => Picture.ReadAll(paths[..1], [3, 4, 6])), StringComparison.Ordinal);
        Assert.Throws<OperationCanceledException>(() => Picture.ReadAll(paths[..2], cancellation: new CancellationToken(canceled: true)));
    }

    [Fact]
    public void A_stack_is_a_batch_of_floats()
    {
        var pictures = Enumerable.Range(0, 3).Select(i => Picture.Read(PictureMaker.WriteRgb(Png($"{i}.png"), seed: i))).ToArray();
        var batch = Picture.Stack(pictures);
        Assert.Equal(new Shape(3, 3, 4, 6), batch.Shape);
        Assert.Equal(Draw.Bits([.. pictures.SelectMany(picture => picture.Bytes.ToArray()).Select(value => value / 255f)]), Draw.Bits(batch.AsSpan()));
        Assert.Throws<ArgumentException>(() => Picture.Stack());
        var other = Picture.Read(PictureMaker.WriteGray(Png("grey.png")));
        Assert.Contains("got [1, 4, 6] at 1", Assert.Throws<ArgumentException>(() => Picture.Stack(pictures[0], other)).Message, StringComparison.Ordinal);
    }
}
