using System.Buffers.Binary;
using System.Text;

namespace Ballast.Tests;

/// <summary>Against torchvision 0.14 (Goldens/transforms.py): within 1 of 255 for 99.9 % of the values.</summary>
public class PictureTransformTests
{
    static readonly Dictionary<string, Picture> Golden = Read();
    static readonly Picture Source = Golden["picture"];

    static Dictionary<string, Picture> Read()
    {
        var pictures = new Dictionary<string, Picture>();
        ReadOnlySpan<byte> rest = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Goldens", "transforms.bin"));
        while (rest.Length > 0)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(rest);
            string name = Encoding.ASCII.GetString(rest.Slice(4, length));
            rest = rest[(4 + length)..];
            Shape shape = [BinaryPrimitives.ReadInt32LittleEndian(rest), BinaryPrimitives.ReadInt32LittleEndian(rest[4..]), BinaryPrimitives.ReadInt32LittleEndian(rest[8..])];
            pictures[name] = new Picture(shape, rest.Slice(12, shape.Length).ToArray());
            rest = rest[(12 + shape.Length)..];
        }

        return pictures;
    }

    static readonly Dictionary<string, Func<Picture, Picture>> Fixed = new()
    {
        ["hflip"] = static p => p.FlipHorizontal(),
        ["vflip"] = static p => p.FlipVertical(),
        ["resized_crop"] = static p => p.ResizedCrop(3, 5, 20, 30, 36, 44),
        ["rotate 30"] = static p => p.Rotate(30),
        ["rotate -77.5"] = static p => p.Rotate(-77.5),
        ["rotate 180"] = static p => p.Rotate(180),
        ["rotate 90"] = static p => p.Rotate(90),
        ["rotate 30 bilinear"] = static p => p.Rotate(30, PictureInterpolation.Bilinear, new PictureColor(9, 200, 77)),
        ["affine"] = static p => p.Affine(20, 5, -3, 1.2, 10),
        ["affine bilinear"] = static p => p.Affine(-35, 2, 7, 0.7, 0, 12, PictureInterpolation.Bilinear),
        ["brightness 0.4"] = static p => p.AdjustBrightness(0.4),
        ["brightness 1.7"] = static p => p.AdjustBrightness(1.7),
        ["contrast 0.4"] = static p => p.AdjustContrast(0.4),
        ["contrast 1.7"] = static p => p.AdjustContrast(1.7),
        ["saturation 0.4"] = static p => p.AdjustSaturation(0.4),
        ["saturation 1.7"] = static p => p.AdjustSaturation(1.7),
        ["sharpness 0.4"] = static p => p.AdjustSharpness(0.4),
        ["sharpness 1.7"] = static p => p.AdjustSharpness(1.7),
        ["hue 0.3"] = static p => p.AdjustHue(0.3),
        ["hue -0.2"] = static p => p.AdjustHue(-0.2),
        ["invert"] = static p => p.Invert(),
        ["posterize 3"] = static p => p.Posterize(3),
        ["solarize 100"] = static p => p.Solarize(100),
        ["autocontrast"] = static p => p.AutoContrast(),
        ["equalize"] = static p => p.Equalize(),
        ["gaussian_blur 5 1.3"] = static p => p.GaussianBlur(5, 1.3),
        ["grayscale"] = static p => p.WithChannels(1).WithChannels(3),
        ["erase"] = static p => p.Erase(4, 6, 10, 12),
    };

    static readonly Dictionary<string, PictureTransform> Random = new()
    {
        ["RandomResizedCrop"] = new RandomResizedCrop(),
        ["RandomVerticalFlip"] = new RandomVerticalFlip(),
        ["RandomRotation"] = new RandomRotation(40),
        ["RandomAffine"] = new RandomAffine(25, (0.1, 0.2), (0.8, 1.3), 10),
        ["ColorJitter"] = new ColorJitter(0.4, 0.5, 0.6, 0.2),
        ["RandomGrayscale"] = new RandomGrayscale(0.5),
        ["GaussianBlur"] = new GaussianBlur(5),
        ["RandomErasing"] = new RandomErasing(0.7),
        ["TrivialAugmentWide"] = new TrivialAugmentWide(),
        ["RandAugment"] = new RandAugment(),
    };

    public static TheoryData<string> FixedNames => [.. Fixed.Keys];

    public static TheoryData<string> RandomNames => [.. Random.Keys];

    static double Outside(Picture expected, Picture got)
    {
        Assert.Equal(expected.Shape, got.Shape);
        int outside = 0;
        for (int i = 0; i < expected.Bytes.Length; i++)
            outside += Math.Abs(expected.Bytes[i] - got.Bytes[i]) > 1 ? 1 : 0;
        return (double)outside / expected.Bytes.Length;
    }

    [Theory]
    [MemberData(nameof(FixedNames))]
    public void Each_is_torchvisions(string name)
    {
        byte[] before = Source.Bytes.ToArray();
        Assert.InRange(Outside(Golden[name], Fixed[name](Source)), 0, 0.001);
        Assert.Equal(before, Source.Bytes.ToArray());
    }

    [Theory]
    [MemberData(nameof(RandomNames))]
    public void Random_ones_are_torchvisions_for_the_same_seed(string name)
    {
        List<string> failed = [];
        for (int seed = 0; Golden.TryGetValue($"{name} {seed}", out var expected); seed++)
        {
            double outside = Outside(expected, Random[name].Apply(Source, new Generator(seed)));
            if (outside > 0.001)
                failed.Add($"seed {seed}: {outside:P2}");
        }

        Assert.Empty(failed);
    }

    [Fact]
    public void A_loader_applies_them_to_bytes_and_draws_the_same_for_any_prefetching_and_from_the_middle_of_an_epoch()
    {
        string folder = Directory.CreateTempSubdirectory("ballast-data-").FullName;
        try
        {
            foreach (string name in (string[])["rgb.png", "lossless.webp", "rgb.bmp", "none.tif", "lzw.tif", "deflate.tif"])
            {
                Directory.CreateDirectory(Path.Combine(folder, "x"));
                File.Copy(GoldenPicture.PathOf(name), Path.Combine(folder, "x", name));
            }

            var data = new ImageFolder(folder, new ImageFolderOptions { Decoder = new PhotoDecoder() });
            List<ImageTransform> all = [.. Random.Values];
            float[] Epoch(int prefetch)
            {
                var loader = new DataLoader(data, 2, shuffle: true, generator: new Generator(4), prefetch: prefetch, transforms: all);
                return [.. loader.SelectMany(static batch => batch.Inputs.ToArray())];
            }

            float[] first = Epoch(0);
            Assert.Equal(first, Epoch(0));
            Assert.Equal(first, Epoch(3));
            Assert.NotEqual(first, [.. new DataLoader(data, 2, shuffle: true, generator: new Generator(4)).SelectMany(static batch => batch.Inputs.ToArray())]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void What_cannot_work_is_refused()
    {
        static string Refused(Action make) => Assert.Throws<ArgumentException>(make).Message;
        Assert.Equal("GaussianBlur: expected an odd size, got 4.", Refused(() => _ = new GaussianBlur(4)));
        Assert.Equal("ColorJitter: expected a hue from 0 to 0.5, got 0.6.", Refused(() => _ = new ColorJitter(hue: 0.6)));
        Assert.Equal("RandomErasing: expected a probability from 0 to 1, got 2.", Refused(() => _ = new RandomErasing(2)));
        Assert.Equal("RandomResizedCrop: expected a range of shares of the area from 0 to 1, the smaller value first, got 0.5 to 0.2.",
            Refused(() => _ = new RandomResizedCrop((0.5, 0.2))));
        Assert.Equal("RandomRotation: expected images that are bytes, as a ByteDataset has them, got Single. Use it with such a dataset.",
            Refused(() => _ = new DataLoader(new ArrayDataset(new float[12], [0], [3, 2, 2]), transforms: [new RandomRotation(9)]).First()));
        Assert.Equal("RandomRotation: expected pictures [1, H, W] or [3, H, W], got samples [2, 2, 3]. Leave it out for other data.",
            Refused(() => _ = new DataLoader(new ArrayDataset(new float[12], [0], [2, 2, 3]), transforms: [new RandomRotation(9)])));
    }
}
