namespace Ballast.Tests.Data;

/// <summary>Transforms of images in a loader: torchvision's (augmentation.json), their formulas, and that what they draw follows
/// from the batch alone.</summary>
public sealed class AugmentationTests : IDisposable
{
    readonly byte[] before = Generator.Default.GetState();

    public void Dispose() => Generator.Default.SetState(before);

    sealed class Images(byte[] bytes, Shape shape) : ByteDataset
    {
        public override int Count => bytes.Length / shape.Length;

        public override Shape SampleShape => shape;

        public override int Label(int index) => index;

        public override ReadOnlySpan<byte> Bytes(int index) => bytes.AsSpan(index * shape.Length, shape.Length);
    }

    static Images Numbered(int count, Shape shape) =>
        new([.. Enumerable.Range(0, count * shape.Length).Select(static i => (byte)(i * 7))], shape);

    static float[] All(DataLoader loader)
    {
        List<float> values = [];
        foreach (var (inputs, _) in loader)
            values.AddRange(inputs.ToArray());
        return [.. values];
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Crops_flips_and_standardization_are_torchvisions_to_the_last_bit(int prefetch)
    {
        var recorded = Golden.Load("augmentation.json");
        Shape shape = new(recorded.GetProperty("shape").Ints());
        var standardization = new Standardization(recorded.GetProperty("mean").Floats(), recorded.GetProperty("std").Floats());
        var images = new Images([.. recorded.GetProperty("images").Ints().Select(static value => (byte)value)], shape)
            .Standardize(standardization);
        foreach (var one in recorded.GetProperty("cases").EnumerateArray())
        {
            var mode = one.GetProperty("mode").GetString() == "reflect" ? PaddingMode.Reflect : PaddingMode.Zeros;
            var loader = new DataLoader(images, recorded.GetProperty("batch").GetInt32(),
                generator: new Generator(one.GetProperty("seed").GetInt64()), prefetch: prefetch,
                transforms: [new RandomCrop(recorded.GetProperty("padding").GetInt32(), mode), new RandomHorizontalFlip()]);
            Assert.Equal(Draw.Bits(one.GetProperty("output").Floats()), Draw.Bits(All(loader)));
        }
    }

    [Fact]
    public void Floats_are_augmented_as_the_bytes_they_came_from()
    {
        var images = Numbered(11, [3, 6, 5]);
        float[] values = new float[11 * 90];
        for (int i = 0; i < 11; i++)
            images.Read(i, values.AsSpan(i * 90, 90));
        var floats = new ArrayDataset(values, [.. Enumerable.Range(0, 11)], [3, 6, 5]);
        Standardization standardization = new([0.5f, 0.4f, 0.3f], [0.1f, 0.2f, 0.3f]);
        ImageTransform[] transforms = [new RandomCrop(2, PaddingMode.Reflect), new AlternatingFlip(3), new Cutout(3)];
        float[] Read(Dataset dataset) => All(new DataLoader(dataset, 4, shuffle: true, generator: new Generator(1), transforms: transforms));
        Assert.Equal(Read(images.Standardize(standardization)), Read(floats.Standardize(standardization)));
        Assert.Equal(Read(images), Read(floats));
        Assert.NotEqual(Read(images), Read(images.Standardize(standardization)));
    }

    [Fact]
    public void The_order_is_the_same_with_and_without_transforms_and_whoever_reads_ahead()
    {
        var images = new RandomImages(30, 1);
        long[] Labels(int prefetch, params ImageTransform[] transforms)
        {
            List<long> labels = [];
            Generator.Default.ManualSeed(5);
            var loader = new DataLoader(images, 4, shuffle: true, prefetch: prefetch, transforms: transforms);
            for (int epoch = 0; epoch < 2; epoch++)
            {
                foreach (var (_, targets) in loader)
                    labels.AddRange(targets.ToArray<long>());
            }

            return [.. labels, Generator.Default.RandomInteger(0, 1 << 30)];
        }

        var expected = Labels(0);
        Assert.Equal(expected, Labels(0, new RandomCrop(4), new RandomHorizontalFlip(), new Cutout(8)));
        Assert.Equal(expected, Labels(3, new RandomCrop(4), new RandomHorizontalFlip(), new Cutout(8)));
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 2)]
    public void An_epoch_taken_up_at_a_batch_has_the_same_images(bool own, int prefetch)
    {
        DataLoader Make()
        {
            Generator.Default.ManualSeed(9);
            return new DataLoader(new RandomImages(20, 2), 3, shuffle: true, generator: own ? new Generator(4) : null,
                prefetch: prefetch, transforms: [new RandomCrop(4, PaddingMode.Reflect), new RandomHorizontalFlip(), new AlternatingFlip(), new Cutout(6)]);
        }

        List<float[]> whole = [.. Make().Select(static batch => batch.Inputs.ToArray())];
        using var later = Make().Start(4);
        for (int batch = 4; later.MoveNext(); batch++)
            Assert.Equal(whole[batch], later.Current.Inputs.ToArray());
    }

    [Fact]
    public void An_alternating_flip_shows_each_image_both_ways_in_two_epochs()
    {
        var flip = new AlternatingFlip(17);
        int first = 0;
        for (int i = 0; i < 10_000; i++)
        {
            Assert.NotEqual(flip.IsFlipped(i, 0), flip.IsFlipped(i, 1));
            Assert.Equal(flip.IsFlipped(i, 0), flip.IsFlipped(i, 6));
            first += flip.IsFlipped(i, 0) ? 1 : 0;
        }

        Assert.InRange(first, 4750, 5250); // five standard deviations of 50
        var loader = new DataLoader(Numbered(4, [1, 1, 3]), 4, transforms: [flip]);
        float[] one = All(loader), two = All(loader);
        Assert.Equal(2, loader.EpochsStarted);
        for (int row = 0; row < 4; row++)
            Assert.Equal(one.AsSpan(row * 3, 3).ToArray(), two.AsSpan(row * 3, 3).ToArray().Reverse());
    }

    [Fact]
    public void A_cutout_fills_what_of_its_square_lies_inside()
    {
        var images = new Images([.. Enumerable.Repeat((byte)200, 50 * 2 * 5 * 6)], [2, 5, 6]);
        float[] values = All(new DataLoader(images, 50, generator: new Generator(3), transforms: [new Cutout(3, [0.2f, 0.6f])]));
        var areas = new HashSet<int>();
        for (int n = 0; n < 50; n++)
        {
            var red = values.AsSpan(n * 60, 30);
            var green = values.AsSpan(n * 60 + 30, 30);
            int area = 0, top = 9, bottom = 0, left = 9, right = 0;
            for (int i = 0; i < 30; i++)
            {
                bool cut = red[i] == 51 / 255f;
                Assert.Equal(cut ? 153 / 255f : 200 / 255f, green[i]);
                if (!cut)
                {
                    Assert.Equal(200 / 255f, red[i]);
                    continue;
                }

                area++;
                (top, bottom) = (Math.Min(top, i / 6), Math.Max(bottom, i / 6));
                (left, right) = (Math.Min(left, i % 6), Math.Max(right, i % 6));
            }

            Assert.Equal(area, (bottom - top + 1) * (right - left + 1));
            areas.Add(area);
        }

        Assert.Equal([4, 6, 9], areas.Order());
    }

    [Fact]
    public void The_statistics_of_a_dataset_are_those_of_their_formula()
    {
        var images = Numbered(40, [3, 4, 5]);
        var standardization = Standardization.Of(images);
        float[] values = All(new DataLoader(images, 40));
        for (int c = 0; c < 3; c++)
        {
            double[] channel = [.. values.Where((_, i) => i / 20 % 3 == c).Select(static value => (double)value)];
            double mean = channel.Average(), std = Math.Sqrt(channel.Average(value => (value - mean) * (value - mean)));
            Assert.Equal(mean, standardization.Mean[c], 1e-7);
            Assert.Equal(std, standardization.Std[c], 1e-7);
        }

        var floats = Standardization.Of(images.Standardize(standardization));
        for (int c = 0; c < 3; c++)
        {
            Assert.Equal(0, floats.Mean[c], 1e-6);
            Assert.Equal(1, floats.Std[c], 1e-6);
        }
    }

    [Fact]
    public void A_subset_and_a_single_sample_are_standardized_too()
    {
        Standardization standardization = new([0.5f, 0.4f, 0.3f], [0.1f, 0.2f, 0.3f]);
        var images = new RandomImages(6, 1);
        float[] plain = new float[3072], sample = new float[3072];
        images.Read(4, plain);
        images.Standardize(standardization).Subset(2, 4).Read(1, sample);
        Assert.Equal((plain[2000] - 0.4f) / 0.2f, sample[2000]);
        var batch = standardization.Apply(Tensor.From(plain, [1, 3, 32, 32]));
        Assert.Equal(sample, batch.ToArray());
        float[] inputs = All(new DataLoader(images.Standardize(standardization).Subset(4), 1));
        Assert.Equal(sample, inputs);
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        string Message(Action action) => Assert.Throws<ArgumentException>(action).Message;
        var images = Numbered(3, [3, 4, 5]);
        Assert.Equal("RandomCrop: the padding of 4 must be smaller than the image, whose samples are [3, 4, 5]: at most 3.",
            Message(() => _ = new DataLoader(images, transforms: [new RandomCrop(4)])));
        Assert.Equal("Cutout: a square of 5 x 5 pixels is larger than the images, whose samples are [3, 4, 5]. Choose at most 4.",
            Message(() => _ = new DataLoader(images, transforms: [new Cutout(5)])));
        Assert.Equal("Cutout: expected a value for each of the 3 channels, got a colour of 2.",
            Message(() => _ = new DataLoader(images, transforms: [new Cutout(2, [0, 0])])));
        Assert.Equal("RandomHorizontalFlip: expected images [C, H, W], got samples [7]. Leave it out for data that is no images.",
            Message(() => _ = new DataLoader(new ArrayDataset(new float[7], [0], [7]), transforms: [new RandomHorizontalFlip()])));
        Assert.Equal("RandomCrop: expected a padding of at least 1 pixel, got 0.", Message(() => _ = new RandomCrop(0)));
        Assert.Equal("Standardization: expected finite means and stds above 0, got mean 0.2 and std 0 for channel 0. A channel that is the same everywhere cannot be standardized: leave it out.",
            Message(() => Standardization.Of(new Images([.. Enumerable.Repeat((byte)51, 24)], [1, 3, 4]))));
        Assert.Equal("Standardization: the samples [3, 4, 5] need a mean and a std for each of 3 channels, got 1.",
            Message(() => images.Standardize(new Standardization([0], [1]))));
        var once = images.Standardize(new Standardization([0, 0, 0], [1, 1, 1]));
        Assert.Equal("StandardizedImages: the samples are standardized already. Do it once.",
            Message(() => once.Standardize(new Standardization([0, 0, 0], [1, 1, 1]))));
    }
}
