namespace Ballast.Tests;

/// <summary>Training on photos of several formats with random transforms: one seed gives one set of weights, however the photos are decoded.</summary>
public sealed class PictureTrainingTests : Temporary
{
    const int BatchSize = 3, Epochs = 3, Steps = 24;

    static readonly string[] Names =
    [
        "rgb.jpg", "cmyk.jpg", "fine.jpg", "turned-6.jpg", "turned-3.jpg", "gray.png", "rgba.png", "palette.png", "lossy.webp", "palette.bmp",
        "still.gif", "lzw.tif",
    ];

    readonly string photos;
    readonly byte[] expected;

    public PictureTrainingTests()
    {
        for (int i = 0; i < Names.Length; i++)
        {
            Write(GoldenPicture.File(Names[i]), "photos", i % 2 == 0 ? "even" : "odd", Names[i]);
            Write(GoldenPicture.File(Names[^(i + 1)]), "photos", i % 3 == 0 ? "even" : "odd", $"other-{Names[^(i + 1)]}");
        }

        photos = At("photos");
        expected = Fit(Open(1));
    }

    ImageFolder Open(int threads, string? cache = null, PictureDecoder? decoder = null) => new(photos, new ImageFolderOptions
    {
        // A decoder that waits: files are done in another order than they were begun.
        Decoder = decoder ?? new WatchedDecoder(new PhotoDecoder(), threads == 1 ? 0 : 2),
        Height = 20,
        Width = 20,
        Background = GoldenPicture.Background,
        CacheFolder = cache,
        Threads = threads,
    });

    Trainer Make(ImageFolder data, int prefetch, Sequential net, Action<TrainingLine>? onLine = null) => new(
        net, new Adam(net.Parameters(), 1e-2f),
        new DataLoader(data, BatchSize, shuffle: true, prefetch: prefetch, transforms:
            [new RandomResizedCrop((0.4, 1)), new RandomHorizontalFlip(), new TrivialAugmentWide(), new RandomErasing()]),
        new TrainerOptions { Epochs = Epochs, LogEvery = 1, CheckpointPath = At("checkpoint"), OnLine = onLine });

    static Sequential Network() => new(
        new Conv2d(3, 8, 3, padding: 1, bias: false), new BatchNorm2d(8), new ReLU(), new MaxPool2d(4), new Flatten(), new Dropout(0.3f),
        new Linear(8 * 5 * 5, 2));

    byte[] Fit(ImageFolder data, int prefetch = 0)
    {
        using var generator = Generator.UseDefault(new Generator(3));
        var net = Network();
        var result = Make(data, prefetch, net).Fit();
        Assert.Equal((true, (long)Steps), (result.Completed, result.Step));
        return Weights(net);
    }

    byte[] Weights(Sequential net)
    {
        string path = At("weights.safetensors");
        StateFile.Save(path, net.StateDict());
        return File.ReadAllBytes(path);
    }

    [Theory]
    [InlineData(2, 0)]
    [InlineData(8, 1)]
    [InlineData(8, 5)]
    public void Any_number_of_threads_that_decode_or_prepare_gives_the_same_weights(int threads, int prefetch) =>
        Assert.Equal(expected, Fit(Open(threads), prefetch));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Any_number_of_threads_that_compute_gives_the_same_weights(int threads)
    {
        int before = Compute.Threads;
        try
        {
            Compute.Threads = threads;
            Assert.Equal(expected, Fit(Open(2)));
        }
        finally
        {
            Compute.Threads = before;
        }
    }

    [Fact]
    public void A_cold_cache_and_a_warm_one_give_the_same_weights()
    {
        var counting = new WatchedDecoder(new PhotoDecoder(), 1);
        foreach (int decoded in (int[])[2 * Names.Length, 0])
        {
            counting.Decoded = 0;
            var data = Open(8, At("cache"), counting);
            Assert.InRange(counting.Decoded, decoded / 2, decoded);      // the same file twice may be decoded once
            Assert.Equal(expected, Fit(data, prefetch: 2));
        }
    }

    // In the middle of each epoch, and at the end of the first.
    [Theory]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(13)]
    [InlineData(22)]
    public void A_training_that_was_stopped_goes_on_to_the_same_weights(int stop)
    {
        using var cancelled = new CancellationTokenSource();
        using (Generator.UseDefault(new Generator(3)))
        {
            var first = Make(Open(2, At("cache")), 4, Network(), line =>
            {
                if (line.Step == stop)
                    cancelled.Cancel();
            });
            var result = first.Fit(cancelled.Token);
            Assert.Equal((false, (long)stop), (result.Completed, result.Step));
        }

        // Another process: another seed, another way to decode, the cache as it was left.
        using var generator = Generator.UseDefault(new Generator(4));
        var net = Network();
        var second = Make(Open(8, At("cache")), 0, net);
        second.Resume(Checkpoint.Load(At("checkpoint")));
        Assert.True(second.Fit().Completed);
        Assert.Equal(expected, Weights(net));
    }

    [Fact]
    public void Another_seed_gives_other_weights()
    {
        using var generator = Generator.UseDefault(new Generator(5));
        var net = Network();
        Make(Open(1), 0, net).Fit();
        Assert.NotEqual(expected, Weights(net));
    }

    [Fact]
    public void Fewer_than_one_thread_is_refused() => Assert.Equal(
        "ImageFolder: expected 1 thread or more, got 0.", Assert.Throws<ArgumentException>(() => Open(0)).Message);
}
