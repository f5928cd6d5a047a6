namespace Ballast.Tests.Data;

public class DataLoaderTests
{
    static ArrayDataset Numbers(int count) =>
        new([.. Enumerable.Range(0, 2 * count).Select(static i => (float)i)], [.. Enumerable.Range(0, count)], [2]);

    static DataLoader Loader(Dataset dataset, int batchSize, bool shuffle = false, bool dropLast = false, int prefetch = 0) =>
        new(dataset, batchSize, shuffle, dropLast, new Generator(1), prefetch);

    static float[][] Contents(DataLoader loader) => [.. loader.Select(static batch => batch.Inputs.ToArray())];

    sealed class Failing(int bad) : Dataset
    {
        public override int Count => 20;

        public override Shape SampleShape => [1];

        public override int Label(int index) => 0;

        public override void Read(int index, Span<float> destination)
        {
            if (index == bad)
                throw new InvalidDataException($"sample {index} is damaged");
            destination[0] = index;
        }
    }

    [Fact]
    public void Batches_have_the_samples_in_order_and_the_rest_comes_last()
    {
        var loader = Loader(Numbers(7), 3);
        var batches = loader.ToList();
        Assert.Equal(["[3, 2]", "[3, 2]", "[1, 2]"], batches.Select(static batch => batch.Inputs.Shape.ToString()));
        Assert.Equal([6, 7, 8, 9, 10, 11], batches[1].Inputs.ToArray());
        Assert.Equal([3, 4, 5], batches[1].Targets.ToArray<long>());
        Assert.Equal((3, 1), (loader.Count, loader.LastBatchSize));
        var dropping = Loader(Numbers(7), 3, dropLast: true);
        Assert.Equal((2, 3, 2), (dropping.Count, dropping.LastBatchSize, dropping.ToList().Count));
        Assert.Equal((1, 7), (Loader(Numbers(7), 10).Count, Loader(Numbers(7), 10).LastBatchSize));
    }

    [Fact]
    public void A_shuffled_epoch_has_every_sample_once_and_the_next_another_order()
    {
        var loader = Loader(Numbers(23), 4, shuffle: true);
        long[] first = [.. loader.SelectMany(static batch => batch.Targets.ToArray<long>())];
        long[] second = [.. loader.SelectMany(static batch => batch.Targets.ToArray<long>())];
        Assert.Equal(Enumerable.Range(0, 23).Select(static i => (long)i), first.Order());
        Assert.Equal(Enumerable.Range(0, 23).Select(static i => (long)i), second.Order());
        Assert.NotEqual(first, second);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(100)]
    public void Batches_prepared_ahead_are_the_same(int prefetch)
    {
        var (plain, ahead) = (Loader(Numbers(50), 3, shuffle: true), Loader(Numbers(50), 3, shuffle: true, prefetch: prefetch));
        for (int epoch = 0; epoch < 3; epoch++)
            Assert.Equal(Contents(plain), Contents(ahead));
        Assert.Equal(plain.Generator!.GetState(), ahead.Generator!.GetState());

        var images = new RandomImages(17, 1);
        Assert.Equal(Contents(Loader(images, 4, shuffle: true)), Contents(Loader(images, 4, shuffle: true, prefetch: prefetch)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    public void What_reading_throws_reaches_whoever_asks_for_that_batch(int prefetch)
    {
        foreach (int bad in new[] { 0, 7, 19 })
        {
            int met = 0;
            var error = Assert.Throws<InvalidDataException>(() =>
            {
                foreach (var batch in Loader(new Failing(bad), 3, prefetch: prefetch))
                    met += batch.Targets.Length;
            });
            Assert.Equal($"sample {bad} is damaged", error.Message);
            Assert.Equal(bad / 3 * 3, met);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void Behind_a_batch_that_could_not_be_read_come_the_others(int prefetch)
    {
        using var batches = Loader(new Failing(4), 3, prefetch: prefetch).GetEnumerator();
        Assert.True(batches.MoveNext());
        Assert.Throws<InvalidDataException>(() => batches.MoveNext());
        for (int left = 5; left > 0; left--)
            Assert.True(batches.MoveNext());
        Assert.Equal([18, 19], batches.Current.Inputs.ToArray());
        Assert.False(batches.MoveNext());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public void An_epoch_can_be_left_early_and_another_begun(int prefetch)
    {
        var loader = Loader(Numbers(100), 2, prefetch: prefetch);
        for (int round = 0; round < 20; round++)
        {
            int taken = 0;
            foreach (var batch in loader)
            {
                Assert.Equal(2 * taken, batch.Targets.AsSpan<long>()[0]);
                if (++taken == round)
                    break;
            }
        }

        loader.GetEnumerator().Dispose();
        Assert.Equal(50, loader.ToList().Count);
    }

    [Fact]
    public void A_batch_that_nobody_trained_on_stays_valid()
    {
        var batches = Loader(Numbers(9), 2).ToList();
        var images = Loader(new RandomImages(9, 2), 2).ToList();
        using (Tensor.NoGrad())
            batches.ForEach(batch => new Linear(2, 10, generator: new Generator(1)).Forward(batch.Inputs));
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal([4 * i, 4 * i + 1, 4 * i + 2, 4 * i + 3], batches[i].Inputs.ToArray());
            Assert.Equal([2 * i, 2 * i + 1], batches[i].Targets.ToArray<long>());
        }

        Assert.Equal(Contents(Loader(new RandomImages(9, 2), 2)), images.Select(static batch => batch.Inputs.ToArray()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void A_batch_that_was_trained_on_is_taken_back_with_the_next_one_and_says_so(int prefetch)
    {
        var net = new Linear(2, 9, generator: new Generator(1));
        Batch trained = default;
        Tensor? kept = null;
        foreach (var batch in Loader(Numbers(9), 3, prefetch: prefetch))
        {
            if (kept is null)
            {
                (trained, kept) = (batch, batch.Inputs.Detach());
                new CrossEntropyLoss().Forward(net.Forward(batch.Inputs), batch.Targets).Backward();
                Assert.Equal([0, 1, 2, 3, 4, 5], batch.Inputs.ToArray());
                Assert.Equal([0, 1, 2], batch.Targets.ToArray<long>());
                continue;
            }

            Assert.Equal(
                "The values of this tensor [3, 2] are gone: its batch was trained on, and the loader has moved on. "
                    + "To keep them for longer, keep Detach(), taken when the batch came.",
                Assert.Throws<InvalidOperationException>(() => trained.Inputs.ToArray()).Message);
            Assert.Equal(
                "The values of this tensor [3] are gone: its batch was trained on, and the loader has moved on. "
                    + "To keep them for longer, keep Detach(), taken when the batch came.",
                Assert.Throws<InvalidOperationException>(() => trained.Targets.ToArray<long>()).Message);
            Assert.Equal([0, 1, 2, 3, 4, 5], kept.ToArray());
        }
    }

    [Fact]
    public void Gradients_gathered_over_several_batches_outlive_them()
    {
        // Large enough that the gradients are kept as factors, which read the batches' images.
        float[] Gather(bool keepBatches)
        {
            var net = new Sequential(new Flatten(), new Linear(3072, 10, generator: new Generator(1)));
            var loader = Loader(new RandomImages(12, 3), 4);
            IEnumerable<Batch> batches = keepBatches ? loader.ToList() : loader;
            foreach (var (inputs, targets) in batches)
                new CrossEntropyLoss().Forward(net.Forward(inputs), targets).Backward();
            return net.Parameters().First().Grad!.ToArray();
        }

        Assert.Equal(Gather(keepBatches: true), Gather(keepBatches: false));
    }

    [Fact]
    public void A_label_below_zero_is_named()
    {
        var dataset = new Mislabelled();
        var batch = Loader(dataset, 2).First();
        var error = Assert.Throws<ArgumentException>(
            () => new CrossEntropyLoss().Forward(Tensor.Zeros([2, 3]), batch.Targets));
        Assert.Equal("CrossEntropyLoss: expected labels from 0 on, got -1 at [1].", error.Message);
    }

    sealed class Mislabelled : Dataset
    {
        public override int Count => 2;

        public override Shape SampleShape => [1];

        public override int Label(int index) => -index;

        public override void Read(int index, Span<float> destination) => destination[0] = 0;
    }

    [Fact]
    public void Settings_that_cannot_be_are_refused()
    {
        Refused("DataLoader: the dataset has no samples.", () => new DataLoader(Numbers(0)));
        Refused("DataLoader: expected a batch size of at least 1, got 0.", () => new DataLoader(Numbers(3), 0));
        Refused("DataLoader: expected to prefetch 0 or more batches, got -1.", () => new DataLoader(Numbers(3), prefetch: -1));
        Refused("DataLoader: 3 samples make no batch of 4, and the last, smaller one is dropped.",
            () => new DataLoader(Numbers(3), 4, dropLast: true));
        Assert.Equal("DataLoader: an epoch goes one way. Start another one.",
            Assert.Throws<InvalidOperationException>(() => new DataLoader(Numbers(3)).GetEnumerator().Reset()).Message);

        static void Refused(string message, Func<object> action) =>
            Assert.Equal(message, Assert.Throws<ArgumentException>(action).Message);
    }
}
