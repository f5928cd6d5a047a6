namespace Ballast.Tests.Data;

/// <summary>Transforms that change targets too.</summary>
public class MixingTests
{
    // Each image's one channel is its mask.
    static TensorDataset Masks(int count)
    {
        int[] classes = [.. Enumerable.Range(0, count * 30).Select(static i => i % 251)];
        return new TensorDataset(
            Tensor.From([.. classes.Select(static value => (float)value)], [count, 1, 5, 6]), Tensor.FromInt64(classes, [count, 5, 6]));
    }

    static DataLoader Loader(Dataset data, int prefetch = 0, params SampleTransform[] transforms) =>
        new(data, 4, shuffle: true, generator: new Generator(3), prefetch: prefetch, sampleTransforms: transforms);

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void A_mask_moves_with_its_image(int prefetch)
    {
        var data = Masks(11);
        var loader = Loader(data, prefetch, new ImageAndMask(new RandomHorizontalFlip(), new RandomCrop(2), new Cutout(2)));
        var plain = Loader(data);
        int moved = 0, cut = 0;
        foreach (var (batch, other) in loader.Zip(plain))
        {
            float[] image = batch.Inputs.ToArray();
            long[] mask = batch.Targets.ToArray<long>();
            moved += mask.SequenceEqual(other.Targets.ToArray<long>()) ? 0 : 1;
            for (int i = 0; i < mask.Length; i++)
            {
                // Cutout changes the image alone.
                Assert.True(image[i] == mask[i] || image[i] == 0, $"{image[i]} and {mask[i]} at {i}");
                cut += image[i] == mask[i] ? 0 : 1;
            }
        }

        Assert.Equal(3, moved);
        Assert.InRange(cut, 11, 44);
        Assert.Equal(plain.Generator!.GetState(), loader.Generator!.GetState());
    }

    // The same draws as the image transforms of a loader have.
    [Fact]
    public void Its_image_is_what_the_transforms_alone_make()
    {
        var data = Masks(9);
        var both = Loader(data, 0, new ImageAndMask(new RandomCrop(2), new RandomHorizontalFlip()));
        var alone = new DataLoader(data, 4, shuffle: true, generator: new Generator(3), transforms: [new RandomCrop(2), new RandomHorizontalFlip()]);
        Assert.Equal(alone.Select(static batch => batch.Inputs.ToArray()), both.Select(static batch => batch.Inputs.ToArray()));
    }

    [Fact]
    public void Samples_that_have_no_mask_are_refused()
    {
        Assert.Equal("ImageAndMask: expected images [C, H, W] with masks [H, W] or [K, H, W], got samples of input float32 [2] with targets "
            + "target int64 [].", Assert.Throws<ArgumentException>(() => Loader(
                new TensorDataset(Tensor.Zeros([3, 2]), Tensor.FromInt64(0, 0, 0)), 0, new ImageAndMask(new RandomHorizontalFlip()))).Message);
    }

    // Images that are their classes' one-hot rows: whatever is mixed, they stay the targets.
    [Theory]
    [InlineData(0.2)]
    [InlineData(2)]
    public void Mixed_samples_have_mixed_targets(double alpha)
    {
        int[] classes = [.. Enumerable.Range(0, 40).Select(static i => i * 3 % 5)];
        var rows = Tensor.FromInt64(classes).OneHot(5).To(ElementType.Float32);
        var loader = new DataLoader(
            new TensorDataset(rows, Tensor.FromInt64(classes)), 8, generator: new Generator(1), batchTransforms: [new Mixup(5, alpha)]);
        List<double> shares = [];
        foreach (var (inputs, targets) in loader)
        {
            Assert.Equal(inputs.ToArray(), targets.ToArray());
            Assert.Equal("[8, 5]", targets.Shape.ToString());
            Assert.All(targets.Sum([1]).ToArray(), static sum => Assert.Equal(1, sum, 1e-6));
            shares.Add(targets.ToArray()[classes[0]]);
        }

        Assert.True(shares.Distinct().Count() > 1);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void A_cut_rectangle_shares_the_target_as_the_area(int prefetch)
    {
        int[] classes = [.. Enumerable.Range(0, 40).Select(static i => i % 5)];
        float[] images = [.. classes.SelectMany(static label => Enumerable.Repeat((float)label, 2 * 8 * 8))];
        var loader = new DataLoader(
            new TensorDataset(Tensor.From(images, [40, 2, 8, 8]), Tensor.FromInt64(classes)), 8, generator: new Generator(5), prefetch: prefetch,
            batchTransforms: [new CutMix(5)]);
        int cut = 0;
        foreach (var (inputs, targets) in loader)
        {
            float[] shares = targets.ToArray();
            for (int n = 0; n < 8; n++)
            {
                for (int c = 0; c < 5; c++)
                {
                    int area = inputs[n..(n + 1)].ToArray().Count(value => value == c);
                    Assert.Equal(area / 128.0, shares[n * 5 + c], 1e-6);
                    cut += area is > 0 and < 128 ? 1 : 0;
                }
            }
        }

        Assert.True(cut > 16);
    }

    // Mean 1/2 and variance 1 / (4 (2a + 1)) of Beta(a, a).
    [Theory]
    [InlineData(0.2)]
    [InlineData(1)]
    [InlineData(3)]
    public void Shares_are_distributed_as_they_should_be(double alpha)
    {
        var rows = Tensor.FromInt64(0, 1).OneHot(2).To(ElementType.Float32);
        var mixup = new Mixup(2, alpha);
        var generator = new Generator(1);
        double sum = 0, squares = 0;
        const int Draws = 4000;
        for (int i = 0; i < Draws; i++)
        {
            double share = mixup.Apply(new Batch(rows, rows), generator).Targets.ToArray()[0];
            (sum, squares) = (sum + share, squares + share * share);
        }

        double mean = sum / Draws, variance = squares / Draws - mean * mean, expected = 1 / (4 * (2 * alpha + 1));
        Assert.InRange(mean, 0.5 - 0.025, 0.5 + 0.025); // 3 deviations of the mean at the most
        Assert.InRange(variance, 0.93 * expected, 1.07 * expected);
    }
}
