using System.Text.Json;

namespace Ballast.Tests;

/// <summary>Statistics over data: PyTorch's <c>update_bn</c> (adaptation.json), the population in double, AdaBN.</summary>
public sealed class PreciseStatisticsTests : IDisposable
{
    static readonly JsonElement Recorded = Golden.Load("adaptation.json");

    readonly byte[] before = Generator.Default.GetState();

    public void Dispose() => Generator.Default.SetState(before);

    /// <summary>The recorded network, in the recorded state.</summary>
    internal static Sequential Network(string state = "start")
    {
        var none = new Generator(0);
        var network = new Sequential(
            new Conv2d(2, 5, 3, padding: 1, generator: none), new BatchNorm2d(5, momentum: 0.3), new ReLU(), new Flatten(),
            new Linear(45, 4, generator: none), new BatchNorm1d(4), new ReLU(), new Linear(4, 3, generator: none));
        var loaded = new StateDict();
        foreach (var (key, entry) in network.StateDict())
        {
            var value = Recorded.GetProperty(state).GetProperty(key);
            loaded.Add(key, entry.Tensor is { ElementType: ElementType.Float32 } tensor
                ? new StateEntry(Tensor.From(value.Floats(), tensor.Shape)) : new StateEntry(value.GetInt64()));
        }

        network.LoadStateDict(loaded);
        return network;
    }

    internal static DataLoader Loader(bool shuffle = false, Generator? generator = null) => new(
        new ArrayDataset(Recorded.GetProperty("samples").Floats(), [.. Enumerable.Range(0, 13).Select(static i => i % 3)], [2, 3, 3]),
        Recorded.GetProperty("batch").GetInt32(), shuffle, generator: generator);

    static Tensor Batch(int start, int end) => Tensor.From(
        Recorded.GetProperty("samples").Floats().AsSpan((start * 18)..(end * 18)), [end - start, 2, 3, 3]);

    [Fact]
    public void Equal_weights_for_all_batches_are_PyTorchs_update_bn()
    {
        var network = Network();
        var measured = PreciseStatistics.Update(network, Loader());
        Assert.Equal(
            [new MeasuredStatistics("1", "BatchNorm2d(5)", 3, 117), new MeasuredStatistics("5", "BatchNorm1d(4)", 3, 13)], measured);
        // The golden's values are float64 ones; the activations between are float here: a few roundings of 6e-8.
        foreach (var (key, entry) in network.StateDict())
        {
            var expected = Recorded.GetProperty("measured").GetProperty(key);
            if (entry.Tensor is { ElementType: ElementType.Float32 } tensor)
                Near.Equal(expected.Floats(), tensor.AsSpan(), 1e-6, key);
            else
                Assert.Equal(expected.GetInt64(), entry.Number);
        }
    }

    // What the first normalization sees depends on no other layer: its population is that of all values at once.
    [Fact]
    public void The_population_is_that_of_all_values_at_once_and_differs_from_the_mean_of_batches()
    {
        var network = Network();
        PreciseStatistics.Update(network, Loader(), StatisticsEstimate.Population);
        var norm = (BatchNorm2d)network[1];
        float[] seen = network[0].Forward(Batch(0, 13)).ToArray();
        for (int c = 0; c < 5; c++)
        {
            double[] own = [.. seen.Where((_, i) => i / 9 % 5 == c).Select(static value => (double)value)];
            double mean = own.Average(), variance = own.Sum(value => (value - mean) * (value - mean)) / (own.Length - 1);
            Assert.Equal(mean, norm.RunningMean![c], 1e-5);
            Assert.Equal(variance, norm.RunningVar![c], 1e-5 * variance);
            float ofBatches = Recorded.GetProperty("measured").GetProperty("1.running_var").Floats()[c];
            Assert.True(Math.Abs(ofBatches - variance) > 1e-3 * variance, "the two estimates have to differ for this test to tell");
        }

        Assert.Equal(3, norm.NumBatchesTracked);
    }

    [Fact]
    public void A_spread_around_a_large_mean_keeps_its_digits()
    {
        float[] values = Draw.Floats(40, 1, 9_999, 10_001);
        double[] exact = [.. values];
        double mean = exact.Average(), variance = exact.Sum(value => (value - mean) * (value - mean)) / 39;
        var norm = new BatchNorm1d(1);
        var loader = new DataLoader(new ArrayDataset(values, new int[40], [1]), 7);
        PreciseStatistics.Update(norm, loader, StatisticsEstimate.Population);
        Assert.Equal(variance, norm.RunningVar![0], 1e-6);
        Assert.Equal((float)mean, norm.RunningMean![0]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Modes_generators_momenta_and_parameters_are_put_back(bool training)
    {
        var (own, dropped) = (new Generator(5), new Generator(6));
        var network = new Sequential(new Flatten(), new Dropout(0.5, dropped), new Linear(18, 4), new BatchNorm1d(4, momentum: 0.3), new Dropout());
        network.Train(training);
        network[4].Train(!training);
        byte[][] states = [Generator.Default.GetState(), own.GetState(), dropped.GetState()];
        int[] weights = [.. network.Parameters().SelectMany(static parameter => Draw.Bits(parameter.AsSpan()))];
        PreciseStatistics.Update(network, Loader(shuffle: true, own));
        Assert.Equal(states, [Generator.Default.GetState(), own.GetState(), dropped.GetState()]);
        Assert.Equal((training, training, !training), (network.Training, network[1].Training, network[4].Training));
        Assert.Equal(weights, network.Parameters().SelectMany(static parameter => Draw.Bits(parameter.AsSpan())));
        Assert.All(network.Parameters(), static parameter => Assert.Null(parameter.Grad));
        var norm = (BatchNorm1d)network[3];
        Assert.Equal((0.3, 3L), (norm.Momentum, norm.NumBatchesTracked));
        Assert.NotEqual(new float[4], norm.RunningMean!.ToArray());

        // The moving average goes on from there.
        norm.Train();
        norm.Forward(Draw.Data([5, 4], 1));
        Assert.Equal(4, norm.NumBatchesTracked);
    }

    [Fact]
    public void A_pass_that_is_stopped_or_fails_changes_nothing()
    {
        var network = Network();
        network.Eval();
        long[] state = Draw.Bits(network.StateDict());
        using var source = new CancellationTokenSource();
        List<StatisticsProgress> progress = [];
        Assert.Throws<OperationCanceledException>(() => PreciseStatistics.Update(network, Loader(), onProgress: done =>
        {
            progress.Add(done);
            source.Cancel();
        }, cancellation: source.Token));
        Assert.Equal([new StatisticsProgress(1, 3)], progress);
        Assert.Equal(state, Draw.Bits(network.StateDict()));
        Assert.False(network.Training);

        var single = new DataLoader(Loader().Dataset, 4); // 13 leave one
        var error = Assert.Throws<ArgumentException>(() => PreciseStatistics.Update(network, single));
        Assert.Equal(
            "BatchNorm1d(4): expected more than 1 value per channel where a batch's own statistics are used, got input [1, 4]. One value has no variance. Use a larger batch, or leave the last incomplete one out (DataLoader with dropLast: true).",
            error.Message);
        Assert.Equal(state, Draw.Bits(network.StateDict()));
        float[] after = network.Forward(Batch(0, 5)).ToArray();
        Assert.Equal(after, Network().With(static module => module.Eval()).Forward(Batch(0, 5)).ToArray());
    }

    [Fact]
    public void Every_kind_with_running_statistics_is_measured_once_and_what_is_not_reached_stays()
    {
        var shared = new BatchNorm2d(2);
        var unreached = new BatchNorm1d(3);
        var network = new Holder(new Sequential(shared, new EvoNormB0(2), shared, new Flatten(), new Linear(18, 3)), unreached);
        unreached.RunningMean!.Mutate().Fill(7);
        var measured = PreciseStatistics.Update(network, Loader());
        Assert.Equal(
            [
                new MeasuredStatistics("used.0", "BatchNorm2d(2)", 6, 234), new MeasuredStatistics("used.1", "EvoNormB0(2)", 3, 117),
                new MeasuredStatistics("unused", "BatchNorm1d(3)", 0, 0),
            ], measured);
        Assert.Equal([7, 7, 7], unreached.RunningMean.ToArray());
        Assert.Equal(6, shared.NumBatchesTracked);
        Assert.NotEqual([1, 1], ((EvoNormB0)((Sequential)network.Children.First().Module)[1]).RunningVar.ToArray());
        Assert.Equal("PreciseStatistics.Update: Sequential has no batch normalization with running statistics. There is nothing to measure.",
            Assert.Throws<ArgumentException>(() => PreciseStatistics.Update(
                new Sequential(new Flatten(), new BatchNorm1d(18, trackRunningStats: false)), Loader())).Message);
    }

    // AdaBN: everything but the normalizations in evaluation mode, a population, and per batch nothing kept.
    [Fact]
    public void Adapting_normalizes_with_the_new_datas_statistics()
    {
        var network = Network();
        network.Eval();
        long[] state = Draw.Bits(network.StateDict());
        float[] own = AdaptiveBatchNorm.Forward(network, Batch(0, 5)).ToArray();
        Assert.Equal(state, Draw.Bits(network.StateDict()));
        Assert.False(network.Training);
        var training = Network();
        Near.Equal(training.Forward(Batch(0, 5)).AsSpan(), own, 1e-6);

        var (adapted, dropped) = (Network(), new Sequential(Network(), new Dropout(1)));
        AdaptiveBatchNorm.Update(adapted, Loader());
        var measured = AdaptiveBatchNorm.Update(dropped, Loader());
        var population = Network();
        PreciseStatistics.Update(population, Loader(), StatisticsEstimate.Population);
        Assert.Equal(Draw.Bits(population.StateDict()), Draw.Bits(adapted.StateDict()));
        Assert.Equal(Draw.Bits(population.StateDict()), Draw.Bits(dropped[0].StateDict()));
        Assert.Equal("0.1", measured[0].Name);
        Assert.Equal("AdaptiveBatchNorm.Forward: ReLU() has no batch normalization to adapt.",
            Assert.Throws<ArgumentException>(() => AdaptiveBatchNorm.Forward(new ReLU(), Batch(0, 5))).Message);
        Assert.StartsWith("AdaptiveBatchNorm.Update: ReLU() has no batch normalization with running statistics.",
            Assert.Throws<ArgumentException>(() => AdaptiveBatchNorm.Update(new ReLU(), Loader())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Batches_that_are_not_finite_are_not_counted()
    {
        float[] values = Draw.Floats(12, 1);
        values[4] = float.NaN;
        var norm = new BatchNorm1d(1);
        var measured = PreciseStatistics.Update(norm, new DataLoader(new ArrayDataset(values, new int[12], [1]), 4));
        Assert.Equal((2L, 8L), (measured[0].Batches, measured[0].Values));
        Assert.Equal(values[..4].Concat(values[8..]).Average(), norm.RunningMean![0], 1e-6f);
    }

    sealed class Holder : Module
    {
        readonly Module used;

        public Holder(Module used, Module unused)
        {
            this.used = Register("used", used);
            Register("unused", unused);
        }

        public override Tensor Forward(Tensor input) => used.Forward(input);
    }
}

static class ModuleExtensions
{
    /// <summary>Does something to a module and returns it.</summary>
    public static T With<T>(this T module, Action<T> action)
        where T : Module
    {
        action(module);
        return module;
    }
}
