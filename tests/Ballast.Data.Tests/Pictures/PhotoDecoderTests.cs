namespace Ballast.Tests;

public class PhotoDecoderTests
{
    static readonly PhotoDecoder Decoder = new();
    static readonly PictureOptions Options = new() { Background = GoldenPicture.Background };

    static string Refused(Action read) => Assert.Throws<InvalidDataException>(read).Message;

    [Theory]
    [InlineData("rgb.png", "PNG", 0), InlineData("gray.png", "PNG", 0), InlineData("bits.png", "PNG", 0), InlineData("palette.png", "PNG", 0)]
    [InlineData("rgba.png", "PNG", 1), InlineData("la.png", "PNG", 1), InlineData("transparent.png", "PNG", 0), InlineData("interlaced.png", "PNG", 0)]
    [InlineData("wide.png", "PNG", 0), InlineData("wide-gray.png", "PNG", 0), InlineData("lossless.webp", "WebP", 0), InlineData("alpha.webp", "WebP", 1)]
    [InlineData("rgb.bmp", "BMP", 0), InlineData("palette.bmp", "BMP", 0), InlineData("still.gif", "GIF", 0), InlineData("moving.gif", "GIF", 0)]
    [InlineData("none.tif", "TIFF", 0), InlineData("lzw.tif", "TIFF", 0), InlineData("deflate.tif", "TIFF", 0), InlineData("gray.tif", "TIFF", 0)]
    [InlineData("pages.tif", "TIFF", 0)]
    public void Formats_without_loss_give_the_pixels_that_Pillow_sees(string name, string format, int within)
    {
        var expected = GoldenPicture.Expected(name);
        byte[] file = GoldenPicture.File(name);
        Assert.Equal(new PictureInfo(format, expected.Width, expected.Height, expected.Channels == 1), Decoder.Identify(file));
        Assert.InRange(GoldenPicture.Difference(expected, Decoder.Decode(file, Options)).Largest, 0, within);
    }

    [Theory]
    [InlineData("rgb.jpg"), InlineData("progressive.jpg"), InlineData("full.jpg"), InlineData("gray.jpg"), InlineData("cmyk.jpg")]
    [InlineData("turned-1.jpg"), InlineData("turned-2.jpg"), InlineData("turned-3.jpg"), InlineData("turned-4.jpg"), InlineData("turned-5.jpg")]
    [InlineData("turned-6.jpg"), InlineData("turned-7.jpg"), InlineData("turned-8.jpg"), InlineData("lossy.webp"), InlineData("fine.jpg")]
    [InlineData("fine-422.jpg"), InlineData("fine-440.jpg"), InlineData("tiny.jpg"), InlineData("line.jpg")]
    public void Formats_with_loss_give_them_within_4_of_255_on_average_upright(string name)
    {
        var expected = GoldenPicture.Expected(name);
        byte[] file = GoldenPicture.File(name);
        var info = Decoder.Identify(file);
        Assert.Equal((expected.Height, expected.Width, expected.Channels == 1), (info.Height, info.Width, info.IsGray));
        var (mean, largest) = GoldenPicture.Difference(expected, Decoder.Decode(file, Options));
        Assert.InRange(mean, 0, name is "lossy.webp" ? 4 : name.StartsWith("fine", StringComparison.Ordinal) ? 0.06 : 0.25);
        Assert.InRange(largest, 0, 5);
    }

    [Fact]
    public void Grey_and_colour_are_given_as_asked()
    {
        var gray = Decoder.Decode(GoldenPicture.File("rgb.png"), Options with { Channels = 1 });
        var rgb = Decoder.Decode(GoldenPicture.File("gray.png"), Options with { Channels = 3 });
        Assert.Equal((1, 3), (gray.Channels, rgb.Channels));
        Assert.Equal(GoldenPicture.Expected("gray.png").Bytes.ToArray(), gray.Bytes.ToArray());
        Assert.Equal(gray.Bytes.ToArray(), rgb.Bytes[..gray.Bytes.Length].ToArray());
        Assert.Equal(gray.Bytes.ToArray(), rgb.Bytes[^gray.Bytes.Length..].ToArray());
    }

    [Fact]
    public void Transparency_needs_a_background()
    {
        Assert.Equal("the pixel in row 0, column 0 is transparent. Save the picture without transparency, or choose a background.",
            Refused(() => Decoder.Decode(GoldenPicture.File("rgba.png"), new PictureOptions())));
        Decoder.Decode(GoldenPicture.File("rgb.bmp"), new PictureOptions());
    }

    [Fact]
    public void Only_formats_that_are_asked_for_are_read()
    {
        var decoder = new PhotoDecoder(PhotoFormat.Png, PhotoFormat.Jpeg);
        Assert.Equal("JPEG, PNG", decoder.Formats);
        Assert.Equal("JPEG, PNG, WebP, BMP, GIF, TIFF", Decoder.Formats);
        decoder.Decode(GoldenPicture.File("rgb.jpg"), Options);
        Assert.Equal("it is a GIF picture, which is not read here.", Refused(() => decoder.Identify(GoldenPicture.File("still.gif"))));
        Assert.Equal("it begins as no picture does that is read here.", Refused(() => decoder.Decode("notes"u8.ToArray(), Options)));
    }

    [Theory]
    [InlineData("rgb.jpg"), InlineData("gray.jpg"), InlineData("progressive.jpg"), InlineData("rgb.png"), InlineData("interlaced.png")]
    [InlineData("lossy.webp"), InlineData("lossless.webp"), InlineData("none.tif"), InlineData("lzw.tif"), InlineData("still.gif")]
    public void A_file_that_ends_early_is_refused(string name)
    {
        byte[] file = GoldenPicture.File(name);
        foreach (double share in (double[])[0.02, 0.3, 0.7, 0.95])
            Refused(() => Decoder.Decode(file.AsMemory(0, (int)(file.Length * share)), Options));
    }

    [Fact]
    public void A_size_beyond_the_limit_is_refused_before_memory_is_taken()
    {
        byte[] file = GoldenPicture.File("rgb.png");
        file[16] = file[20] = 0x10;                 // width and height: 268 million each; the checksum is not looked at before
        long before = GC.GetTotalAllocatedBytes();
        string message = Refused(() => Decoder.Decode(file, Options));
        Assert.True(message.Contains("more than the limit", StringComparison.Ordinal) || message.Contains("damaged", StringComparison.Ordinal), message);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 10_000_000);
        Assert.Equal("PNG: the header says 37 x 29 pixels, more than the limit of 1000. Shrink the picture, or raise the limit.",
            Refused(() => Decoder.Decode(GoldenPicture.File("rgb.png"), Options with { MaxPixels = 1000 })));
    }
}
