namespace Ballast.Tests;

public class PictureResizeTests
{
    static readonly Picture Large = Picture.Read(GoldenPicture.PathOf("large.png"));

    static void Same(string name, Picture got) =>
        Assert.Equal((0.0, 0), GoldenPicture.Difference(GoldenPicture.Expected(name), got));

    [Fact]
    public void Resizing_is_torchvisions_to_the_bit()
    {
        Same("resize-64", Large.Resize(64));
        Same("resize-300", Large.Resize(300));
        Same("resize-31x77", Large.Resize(31, 77));
        Same("resize-151x20", Large.Resize(151, 20));
    }

    [Fact]
    public void The_middle_is_torchvisions_and_black_around_what_is_too_small()
    {
        Same("crop-64", Large.Resize(64).CenterCrop(64, 64));
        Same("crop-64", Large.Fit(64, 64));
        Same("center-300x100", Large.CenterCrop(300, 100));
        Same("center-100x300", Large.CenterCrop(100, 300));
    }

    [Fact]
    public void Grey_is_torchvisions() => Same("gray", Large.WithChannels(1));

    [Fact]
    public void A_picture_of_the_size_is_left_as_it_is() => Assert.Same(Large, Large.Fit(151, 203));

    [Theory]
    [InlineData(40, 90), InlineData(90, 40), InlineData(7, 300)]
    public void Fitting_covers_the_size_and_keeps_the_middle(int height, int width)
    {
        var fitted = Large.Fit(height, width);
        Assert.Equal(new Shape(3, height, width), fitted.Shape);
        double scale = Math.Max(height / 151.0, width / 203.0);
        var whole = Large.Resize(Math.Max(height, (int)(151 * scale)), Math.Max(width, (int)(203 * scale))).CenterCrop(height, width);
        Assert.Equal(whole.Bytes.ToArray(), fitted.Bytes.ToArray());
        Assert.Equal(Large.Resize(height, width).Bytes.ToArray(), Large.Fit(height, width, PictureFit.Stretch).Bytes.ToArray());
    }

    [Fact]
    public void One_pixel_makes_a_field_of_its_colour_and_back()
    {
        var dot = new Picture([3, 1, 1], [10, 200, 255]);
        Assert.Equal(dot.Bytes.ToArray(), dot.Resize(40, 60).Resize(1, 1).Bytes.ToArray());
        Assert.Equal("Picture.Resize: expected at least 1 x 1 pixels, got 5 x 0 (width x height).",
            Assert.Throws<ArgumentException>(() => dot.Resize(0, 5)).Message);
    }
}
