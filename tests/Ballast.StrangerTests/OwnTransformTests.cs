namespace Ballast.StrangerTests;

/// <summary>Transforms of samples and of batches of one's own, as docs/extending.md has them.</summary>
public sealed class OwnTransformTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    static DataLoader Loader(int prefetch = 0) => new(
        new Stripes(40), 8, shuffle: true, generator: new Generator(3), prefetch: prefetch, sampleTransforms: [new Turned()],
        batchTransforms: [new Dimmed()]);

    static List<float[]> Batches(DataLoader loader) =>
        [.. loader.Select(static batch => (float[])[.. batch.Inputs.ToArray(), .. batch.Targets.ToArray<long>().Select(static t => (float)t)])];

    [Fact]
    public void They_change_samples_with_their_targets_and_whole_batches_the_same_way_for_any_prefetch()
    {
        var (loader, ahead) = (Loader(), Loader(prefetch: 3));
        int turned = 0;
        foreach (var (inputs, targets) in loader)
        {
            float[] values = inputs.ToArray();
            long[] labels = targets.ToArray<long>();
            for (int n = 0; n < labels.Length; n++)
            {
                // The brightest column is the class, also where it was turned, and the batch is dimmed by one factor, up to 1.
                float[] row = values[(n * 36)..(n * 36 + 6)];
                Assert.Equal(labels[n], row.IndexOf(row.Max()));
                turned += Turned.Is(values[n * 36]) ? 1 : 0;
            }
        }

        Assert.InRange(turned, 5, 35);
        var (first, again) = (Batches(Loader()), Batches(ahead));
        Assert.Equal(first.SelectMany(static batch => batch), again.SelectMany(static batch => batch));
        Assert.NotEqual(first[0], Batches(loader)[0]);
    }

    [Fact]
    public void A_dataset_that_a_transform_cannot_change_is_refused_when_the_loader_is_made() =>
        Assert.Equal("Turned: expected images of one channel, got [3].", Assert.Throws<ArgumentException>(
            () => new DataLoader(new ArrayDataset([1, 2, 3], [0], [3]), sampleTransforms: [new Turned()])).Message);

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void A_training_with_them_that_is_resumed_ends_with_the_same_bits(int prefetch)
    {
        long[] Run(string name, bool interrupted)
        {
            string path = Path.Combine(folder, name);
            Generator.Default.ManualSeed(1);
            Trainer Make(CancellationTokenSource? stop = null)
            {
                var net = new Sequential(new Flatten(), new Linear(36, Stripes.Classes));
                return new Trainer(net, new Adam(net.Parameters(), 0.01), Loader(prefetch), new TrainerOptions
                {
                    Epochs = 3,
                    LogEvery = 1,
                    CheckpointPath = path,
                    OnLine = line =>
                    {
                        if (line.Step == 7)
                            stop?.Cancel();
                    },
                });
            }

            using var cancel = new CancellationTokenSource();
            if (interrupted)
            {
                Assert.False(Make(cancel).Fit(cancel.Token).Completed);
                Generator.Default.ManualSeed(99);
            }

            var trainer = Make();
            if (interrupted)
                trainer.Resume(Checkpoint.Load(path));
            Assert.True(trainer.Fit().Completed);
            return Bits.Of(Checkpoint.Load(path).Model);
        }

        Assert.Equal(Run("whole", false), Run("parts", true));
    }
}

/// <summary>Turns an image left to right by the flip of a coin, and its class, which is a column, along.</summary>
sealed class Turned : SampleTransform
{
    const float Mark = 100;

    /// <summary>Whether the image with this corner was turned.</summary>
    public static bool Is(float corner) => corner < 0;

    protected override void Check(Dataset dataset)
    {
        if (dataset.SampleShape.Rank != 3)
            throw new ArgumentException($"Turned: expected images of one channel, got {dataset.SampleShape}.");
    }

    protected override Sample Apply(Sample sample, in SampleDraw draw)
    {
        if (draw.Generator.RandomInteger(0, 2) == 0)
            return sample;
        var turned = sample.Inputs[0].Flip(-1) - Mark;
        return new Sample(turned, Sample.Class(Stripes.Classes - 1 - sample.Targets[0].ToArray<long>()[0]));
    }
}

/// <summary>Takes a batch times one number of its own.</summary>
sealed class Dimmed : BatchTransform
{
    protected override Batch Apply(Batch batch, Generator generator)
    {
        Span<float> drawn = stackalloc float[1];
        generator.Uniform(drawn, 0.5f, 1);
        return new Batch(batch.Inputs * drawn[0], batch.Targets);
    }
}
