namespace Ballast.StrangerTests;

public sealed class OwnRunTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_training_of_ones_own_parts_learns()
    {
        var run = new OwnRun(1, Path.Combine(folder, "checkpoint.safetensors"));
        run.Trainer.Fit();
        Assert.True(run.Losses[^5..].Average() < 0.8 * run.Losses[..5].Average(), string.Join(' ', run.Losses));
        Assert.Equal(4, run.Validations.Count);
        Assert.Equal(run.Validations.Min(), run.Remembered["best"]);
        run.Trainer.ApplyAverage();
        Assert.Equal(20, run.Average.Updates);
        Assert.True(Evaluation.Run(run.Model, new Stripes(12)).Accuracy > 0.5);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(12)]
    public void Stopped_and_resumed_it_ends_with_the_same_bits(int stop)
    {
        string path = Path.Combine(folder, "checkpoint.safetensors");
        var whole = new OwnRun(1, path);
        whole.Trainer.Fit();

        var first = new OwnRun(1, path) { CancelAt = stop };
        Assert.False(first.Trainer.Fit(first.Cancellation.Token).Completed);
        var second = new OwnRun(2, path, prefetch: 2);
        second.Trainer.Resume(Checkpoint.Load(path));
        Assert.True(second.Trainer.Fit().Completed);

        Assert.Equal(whole.Bits(), second.Bits());
        Assert.Equal(whole.Losses, [.. first.Losses, .. second.Losses]);
        Assert.Equal(whole.Remembered, second.Remembered);
    }

    [Fact]
    public void Two_losses_at_once_are_refused()
    {
        var model = new Sequential(new Flatten(), new Linear(36, Stripes.Classes));
        var (optimizer, loader) = (new SGD(model.Parameters(), 0.1), new DataLoader(new Stripes(8)));
        var options = new TrainerOptions { Loss = new CrossEntropyLoss().Forward, BatchLoss = CutMix.Loss };
        Assert.Equal(
            "Trainer: expected Loss or BatchLoss, got both. Leave one out.",
            Assert.Throws<ArgumentException>(() => _ = new Trainer(model, optimizer, loader, options)).Message);
    }

    [Fact]
    public void An_average_takes_in_the_share_that_it_asks_for()
    {
        Generator.Default.ManualSeed(1);
        var layer = new Linear(1, 1, bias: false);
        var average = new HalfAverage(layer);
        foreach (float value in (float[])[8, 4, 2])
        {
            layer.Weight.CopyFrom([value]);
            average.AfterStep(1);
        }

        Assert.Equal(4, average.StateDict()["weight"].Tensor.Item());
        var wrong = new Excess(layer);
        wrong.Update();
        Assert.Equal("Excess.Share: expected 0 to 1, got 1.5 after 1 updates.", Assert.Throws<ArgumentException>(wrong.Update).Message);
        Assert.Equal(1, wrong.Updates);
    }

    [Fact]
    public void A_transform_changes_bytes_and_floats_alike()
    {
        var images = new Ramp();
        float[] of = [.. new DataLoader(images, 2, transforms: [new Negative()]).SelectMany(static batch => batch.Inputs.ToArray())];
        Assert.Equal([.. Enumerable.Range(0, 8).Select(static value => (255 - value) / 255f)], of);
        var floats = new ArrayDataset([0, 0.25f, 0.5f, 1], [0], [1, 2, 2]);
        Assert.Equal([1, 0.75f, 0.5f, 0], new DataLoader(floats, transforms: [new Negative()]).Single().Inputs.ToArray());
        var flat = new ArrayDataset([1, 2, 3, 4], [0], [4]);
        Assert.Equal(
            "Negative: expected images [C, H, W], got samples [4]. Leave it out for data that is no images.",
            Assert.Throws<ArgumentException>(() => _ = new DataLoader(flat, transforms: [new Negative()])).Message);
    }

    sealed class Excess(Module model) : WeightAverage(model, averageStatistics: true)
    {
        protected override double Share(long updates) => 1.5;
    }

    sealed class Negative : ImageTransform
    {
        protected override void Apply<T>(Span<T> image, Span<T> scratch, ImageSize size, in SampleDraw draw)
        {
            var white = typeof(T) == typeof(byte) ? T.CreateChecked(255) : T.One;
            foreach (ref var value in image)
                value = white - value;
        }
    }

    sealed class Ramp : ByteDataset
    {
        readonly byte[] bytes = [0, 1, 2, 3, 4, 5, 6, 7];

        public override int Count => 2;

        public override Shape SampleShape => [1, 2, 2];

        public override int Label(int index) => index;

        public override ReadOnlySpan<byte> Bytes(int index)
        {
            CheckIndex(index);
            return bytes.AsSpan(4 * index, 4);
        }
    }
}
