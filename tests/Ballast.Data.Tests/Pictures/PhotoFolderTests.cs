namespace Ballast.Tests;

public sealed class PhotoFolderTests : Temporary
{
    static readonly string[] Names = ["rgb.jpg", "cmyk.jpg", "turned-6.jpg", "rgba.png", "lossy.webp", "palette.bmp", "still.gif", "lzw.tif"];

    readonly ImageFolderOptions options = new()
    {
        Decoder = new PhotoDecoder(),
        Height = 16,
        Width = 16,
        Background = GoldenPicture.Background,
    };

    string Fill()
    {
        foreach (string name in Names)
            Write(GoldenPicture.File(name), "photos", name[0] < 'n' ? "cat" : "Dog", name);
        return At("photos");
    }

    static byte[][] All(ImageFolder folder) => [.. Enumerable.Range(0, folder.Count).Select(i => folder.Bytes(i).ToArray())];

    [Fact]
    public void A_line_break_in_a_file_s_name_is_shown_as_one_in_its_refusal()
    {
        if (OperatingSystem.IsWindows())
            return;                             // no such names
        Write("notes"u8.ToArray(), "photos", "cat", "line\nbreak.jpg");
        Fill();
        foreach (var read in (Action[])[() => _ = new ImageFolder(At("photos"), options), () => Picture.Read(At("photos", "cat", "line\nbreak.jpg"))])
        {
            Assert.StartsWith(At("photos", "cat", @"line\nbreak.jpg cannot be used: "), Assert.Throws<InvalidDataException>(read).Message,
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Photos_of_any_format_and_size_become_samples_of_one_shape_in_ordinal_order()
    {
        var folder = new ImageFolder(Fill(), options);
        Assert.Equal(["Dog", "cat"], folder.ClassNames);
        Assert.Equal(["palette.bmp", "rgb.jpg", "rgba.png", "still.gif", "turned-6.jpg", "cmyk.jpg", "lossy.webp", "lzw.tif"],
            folder.PicturePaths.Select(Path.GetFileName));
        Assert.Equal([0, 0, 0, 0, 0, 1, 1, 1], Enumerable.Range(0, 8).Select(folder.Label));
        Assert.Equal(new Shape(3, 16, 16), folder.SampleShape);
        for (int i = 0; i < folder.Count; i++)
        {
            var expected = GoldenPicture.Expected(Path.GetFileName(folder.PicturePaths[i])).Fit(16, 16);
            Assert.InRange(GoldenPicture.Difference(expected, new Picture([3, 16, 16], folder.Bytes(i).ToArray())).Mean, 0, 4);
        }
    }

    [Fact]
    public void Without_a_size_they_are_refused_with_the_first_that_differs()
    {
        string path = Fill();
        string message = Assert.Throws<InvalidDataException>(() => new ImageFolder(path, options with { Height = null, Width = null })).Message;
        Assert.StartsWith($"{Path.Combine(path, "Dog", "rgb.jpg")} has 111 x 87 pixels (width x height). Expected 37 x 29 pixels, RGB, as "
            + $"{Path.Combine(path, "Dog", "palette.bmp")} is. Choose a size that all pictures are brought to, or leave it out. "
            + $"(1 more of 8 files cannot be used either:\n  {Path.Combine(path, "Dog", "turned-6.jpg")} has 29 x 37", message, StringComparison.Ordinal);
        Assert.Equal((null, null, false), ImageFolder.Inspect(path, options));
    }

    [Fact]
    public void The_same_seed_and_the_same_bits_cold_and_warm_and_without_a_cache()
    {
        string path = Fill();
        byte[][] plain = All(new ImageFolder(path, options));
        var cached = options with { CacheFolder = At("cache") };
        Assert.Equal(plain, All(new ImageFolder(path, cached)));
        var counting = new WatchedDecoder(new PhotoDecoder());
        Assert.Equal(plain, All(new ImageFolder(path, cached with { Decoder = counting })));
        Assert.Equal(0, counting.Decoded);
    }

    [Fact]
    public void The_cache_goes_by_content_and_settings()
    {
        string path = Fill();
        var cached = options with { CacheFolder = At("cache") };
        _ = new ImageFolder(path, cached);
        File.Move(At("photos", "cat", "lzw.tif"), At("photos", "cat", "anew.tif"));
        var counting = new WatchedDecoder(new PhotoDecoder());
        _ = new ImageFolder(path, cached with { Decoder = counting });
        Assert.Equal(0, counting.Decoded);
        Write(GoldenPicture.File("gray.png"), "photos", "cat", "anew.tif");
        _ = new ImageFolder(path, cached with { Decoder = counting });
        Assert.Equal(1, counting.Decoded);
        foreach (var other in (ImageFolderOptions[])[
            cached with { Height = 8, Width = 8 }, cached with { Fit = PictureFit.Stretch }, cached with { Background = PictureColor.White },
            cached with { Channels = 1 }])
        {
            counting.Decoded = 0;
            Assert.Equal(All(new ImageFolder(path, other with { CacheFolder = null })), All(new ImageFolder(path, other with { Decoder = counting })));
            Assert.Equal(8, counting.Decoded);
        }
    }

    [Fact]
    public void A_cache_that_a_killed_process_left_half_written_is_mended()
    {
        string path = Fill();
        byte[][] plain = All(new ImageFolder(path, options));
        var cached = options with { CacheFolder = At("cache") };
        _ = new ImageFolder(path, cached);
        string file = Assert.Single(Directory.GetFiles(At("cache"), "*.pictures"));
        byte[] whole = File.ReadAllBytes(file);
        var draw = new Random(5);
        for (int trial = 0; trial < 40; trial++)
        {
            // Cut off, a piece never written, or bits turned.
            byte[] damaged = whole[..(trial % 3 == 0 ? draw.Next(whole.Length) : whole.Length)];
            int start = draw.Next(damaged.Length), length = Math.Min(damaged.Length - start, draw.Next(1, 2000));
            if (trial % 3 == 1)
                damaged.AsSpan(start, length).Clear();
            else if (trial % 3 == 2)
                draw.NextBytes(damaged.AsSpan(start, length));
            File.Delete(file);                  // another file: a mapping keeps the old one
            File.WriteAllBytes(file, damaged);
            Assert.Equal(plain, All(new ImageFolder(path, cached)));
        }
    }

    [Fact]
    public void The_cache_stays_below_its_limit_and_is_not_used_where_that_is_too_low()
    {
        string path = Fill();
        var cached = options with { CacheFolder = At("cache"), CacheBytes = 15_000 };
        for (int side = 10; side < 20; side++)
        {
            _ = new ImageFolder(path, cached with { Height = side, Width = side });
            Assert.InRange(Directory.GetFiles(At("cache")).Sum(file => new FileInfo(file).Length), 0, 15_000);
        }

        Assert.NotEmpty(Directory.GetFiles(At("cache"), "*.pictures"));
        var counting = new WatchedDecoder(new PhotoDecoder());
        _ = new ImageFolder(path, cached with { Height = 40, Width = 40, Decoder = counting });
        _ = new ImageFolder(path, cached with { Height = 40, Width = 40, Decoder = counting });
        Assert.Equal(16, counting.Decoded);
    }

    [Fact]
    public void Broken_files_are_refused_or_left_out_with_the_reason()
    {
        string path = Fill();
        string notes = Write("my notes"u8.ToArray(), "photos", "cat", "b.txt");
        string cut = Write(GoldenPicture.File("rgb.jpg")[..^90], "photos", "cat", "c.jpg");
        string empty = Write([], "photos", "Dog", "empty.png");
        string message = Assert.Throws<InvalidDataException>(() => new ImageFolder(path, options)).Message;
        Assert.StartsWith($"{empty} cannot be used: the file is empty. Expected a picture: JPEG, PNG, WebP, BMP, GIF, TIFF. (1 more of 11 files "
            + $"cannot be used either:\n  {notes} cannot be used: it begins as no picture does that is read here.", message, StringComparison.Ordinal);
        foreach (string? cache in (string?[])[null, At("cache"), At("cache")])
        {
            var folder = new ImageFolder(path, options with { SkipBroken = true, CacheFolder = cache });
            Assert.Equal(8, folder.Count);
            Assert.Equal([empty, notes, cut], folder.Skipped.Select(static file => file.Path));
            Assert.Contains("JPEG: the file ends before the picture does. It is truncated.", folder.Skipped[2].Reason, StringComparison.Ordinal);
            Assert.Equal(All(new ImageFolder(Good(), options)), All(folder));
        }
    }

    [Fact]
    public void A_class_of_which_nothing_is_left_is_refused()
    {
        string path = Fill();
        Write([1, 2, 3], "photos", "eel", "1.jpg");
        string message = Assert.Throws<InvalidDataException>(() => new ImageFolder(path, options with { SkipBroken = true })).Message;
        Assert.StartsWith("No picture of the class eel can be used, the first one because: ", message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_memory_than_the_limit_is_refused()
    {
        string message = Assert.Throws<InvalidDataException>(() => new ImageFolder(Fill(), options with { MaxBytes = 6000 })).Message;
        Assert.Equal("8 pictures of 768 bytes need 6144 bytes of memory, more than the limit of 6000. Choose a smaller size, keep them in a "
            + "cache, or raise the limit.", message);
    }

    string Good()
    {
        string good = At("good", "x");
        foreach (string name in Names)
            Write(GoldenPicture.File(name), "good", name[0] < 'n' ? "cat" : "Dog", name);
        return Path.GetDirectoryName(good)!;
    }
}
