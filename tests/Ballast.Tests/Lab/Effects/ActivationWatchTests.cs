using Ballast.Lab;

namespace Ballast.Tests.Lab;

public sealed class ActivationWatchTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    static ByteDataset Data => Cifar10.FromRecords(SampleRun.Slice);

    static Module Build(string layers)
    {
        using var generator = Generator.UseDefault(new Generator(1));
        return RunNetwork.Build(SampleRun.Settings with { Layers = layers }, RunSamples.Of(Data));
    }

    [Fact]
    public void A_normalization_is_given_what_the_layer_before_it_makes_and_gives_mean_0_and_deviation_1()
    {
        var network = Build("flatten linear:8 batchnorm relu linear:10");
        var spread = Assert.Single(new ActivationWatch(network, Data, 10).Measure(3, 1));
        Assert.Equal((3L, 1, "layers.2", "BatchNorm1d(8)"), (spread.Step, spread.Epoch, spread.Layer, spread.Title));
        // The same in double: ten images, a twentieth of 200.
        float[] weight = network.Parameters().First().ToArray(), bias = network.Parameters().ElementAt(1).ToArray();
        var values = new List<double>();
        for (int image = 0; image < 10; image++)
        {
            var bytes = Data.Bytes(image);
            for (int unit = 0; unit < 8; unit++)
            {
                double sum = bias[unit];
                for (int i = 0; i < 3072; i++)
                    sum += weight[(unit * 3072) + i] * (bytes[i] / 255.0);
                values.Add(sum);
            }
        }

        Assert.Equal(values.Average(), spread.Before.Mean, 1e-5);
        Assert.Equal(Math.Sqrt(values.Average(value => Math.Pow(value - values.Average(), 2))), spread.Before.Deviation, 1e-5);
        Assert.Equal(values.Min(), spread.Before.Low, 1e-5);
        Assert.Equal(values.Max(), spread.Before.High, 1e-5);
        Assert.Equal(80, spread.Before.Counts.Sum());
        Assert.Equal((0, 1), (Math.Round(spread.After!.Mean, 3), Math.Round(spread.After.Deviation, 3)));
    }

    [Theory]
    [InlineData("flatten linear:8 relu linear:6 tanh linear:10", "layers.1 Linear(3072, 8), layers.3 Linear(8, 6)")]
    [InlineData("conv:4,3 groupnorm:2 relu flatten linear:10", "layers.1 GroupNorm(2, 4)")]
    [InlineData("flatten linear:8 dyt relu linear:10", "layers.2 DynamicTanh(8)")]
    [InlineData("flatten linear:10", "layers.1 Linear(3072, 10)")]
    public void Without_a_batch_normalization_it_is_what_stands_there_or_what_activations_are_given(string layers, string seen)
    {
        var spreads = new ActivationWatch(Build(layers), Data, 10).Measure(0, 0);
        Assert.Equal(seen, string.Join(", ", spreads.Select(static spread => $"{spread.Layer} {spread.Title}")));
        Assert.All(spreads, spread => Assert.Equal(spread.Title.StartsWith("Linear", StringComparison.Ordinal), spread.After is null));
    }

    [Theory]
    [InlineData("flatten linear:16 batchnorm relu dropout linear:10")]
    [InlineData("conv:4,3 batchrenorm relu dropout:0.2 globalavgpool flatten linear:10")]
    [InlineData("conv:4,3 evonormb0 globalavgpool flatten linear:10")]
    [InlineData("resnet20")]
    public void Looking_changes_no_weight_no_statistic_no_mode_and_no_draw(string layers)
    {
        var network = Build(layers);
        network.Train();
        network.NamedModules().Last().Module.Eval();
        var before = network.StateDict();
        byte[] drawn = Generator.Default.GetState();
        Assert.NotEmpty(new ActivationWatch(network, Data, 10).Measure(0, 0));
        foreach (var (key, entry) in network.StateDict())
        {
            Assert.Equal(before[key].Number, entry.Number);
            if (entry.Number is null)
                Assert.Equal(before[key].Tensor.ToArray(), entry.Tensor.ToArray());
        }

        Assert.Equal(drawn, Generator.Default.GetState());
        Assert.True(network.Training);
        Assert.False(network.NamedModules().Last().Module.Training);
    }

    [Fact]
    public void A_run_that_is_looked_at_ends_with_the_bits_of_a_trainer_alone()
    {
        var settings = SampleRun.Settings with { Layers = "conv:4,3 batchnorm relu dropout:0.1 globalavgpool flatten linear:10", TestData = null };
        SampleRun.Start(SampleRun.Folder(folder.File("run"), settings));
        Generator.Default.ManualSeed(settings.Seed);
        var network = RunNetwork.Build(settings, RunSamples.Of(Data));
        var loader = new DataLoader(Data, settings.BatchSize, shuffle: true);
        new Trainer(network, settings.MakeOptimizer(network.Parameters()), loader, new TrainerOptions { Epochs = settings.Epochs }).Fit();
        StateFile.Save(folder.File("alone.safetensors"), network.StateDict(), new Dictionary<string, string> { ["layers"] = settings.Layers });
        Assert.Equal(File.ReadAllBytes(folder.File("alone.safetensors")), File.ReadAllBytes(Path.Combine(folder.File("run"), "weights.safetensors")));
        var lines = ActivationLog.Read(Path.Combine(folder.File("run"), "activations.jsonl"));
        Assert.Equal([(0L, 0), (20, 1), (40, 2), (60, 3)], lines.Select(static line => (line.Step, line.Epoch)));
    }

    [Fact]
    public void The_mean_and_accuracy_of_an_epoch_are_those_of_all_its_mini_batches()
    {
        // 7 mini-batches a line: the last 6 of 20 have none.
        SampleRun.Start(SampleRun.Folder(folder.File("run"), SampleRun.Settings with { LogEvery = 1 }));
        SampleRun.Start(SampleRun.Folder(folder.File("other"), SampleRun.Settings));
        var lines = MetricsLog.Read(Path.Combine(folder.File("run"), "metrics.jsonl")).Where(static metric => metric.Type == MetricKind.Train).ToList();
        var epochs = RunHistory.Read(RunFolder.Open(folder.File("other"))).Epochs;
        Assert.Equal([1, 2, 3], epochs.Select(static epoch => epoch.Epoch));
        foreach (var epoch in epochs)
        {
            var own = lines.Where(line => line.Epoch == epoch.Epoch).ToList();
            Assert.Equal(20, own.Count);
            Assert.Equal(own.Average(static line => line.Loss!.Value), epoch.Loss!.Value, 1e-12);
            Assert.Equal(own.Average(static line => line.Accuracy!.Value), epoch.Accuracy!.Value, 1e-12);
        }
    }

    [Fact]
    public void Values_that_are_no_numbers_are_left_out_of_a_histogram()
    {
        var spread = ValueSpread.Of([float.NaN, 3, float.PositiveInfinity, 1, 2, float.NegativeInfinity])!;
        Assert.Equal((2, Math.Round(Math.Sqrt(2 / 3.0), 5), 1, 3, 3), (spread.Mean, Math.Round(spread.Deviation, 5), spread.Low, spread.High, spread.Counts.Sum()));
        Assert.Equal([5], ValueSpread.Of([4, 4, 4, 4, 4])!.Counts);
        Assert.Null(ValueSpread.Of([float.NaN]));
    }
}
