namespace Ballast.Tests;

public sealed class LookaheadTests : IDisposable
{
    readonly byte[] before = Generator.Default.GetState();
    readonly TemporaryFolder folder = new();

    public void Dispose()
    {
        Generator.Default.SetState(before);
        folder.Dispose();
    }

    [Fact]
    public void Slow_weights_follow_every_so_many_steps_and_pull_the_fast_ones_back()
    {
        var net = new Sequential(new Linear(3, 2, generator: new Generator(1)), new BatchNorm1d(2));
        var lookahead = new Lookahead(net, static step => step / 10.0, every: 2);
        double[]? slow = null;
        for (int step = 1; step <= 8; step++)
        {
            foreach (var parameter in net.Parameters())
                parameter.CopyFrom(Draw.Floats(parameter.Length, step + parameter.Length));
            net.Forward(Draw.Data([4, 3], step)); // moves the running statistics
            double[] fast = Values(net);
            lookahead.AfterStep(step);
            if (step % 2 == 0)
            {
                // The first weights that are taken in are the slow ones.
                double d = step == 2 ? 0 : step / 10.0;
                slow = [.. fast.Select((value, i) => slow is null ? value : d * slow[i] + (1 - d) * value)];
                Assert.All(slow.Zip(Values(net)), static pair => Assert.Equal(pair.First, pair.Second, 1e-6));
            }
            else
            {
                Assert.Equal(fast, Values(net));
            }
        }

        net.Forward(Draw.Data([4, 3], 9));
        lookahead.Apply();
        Assert.All(slow!.Zip(Values(net)), static pair => Assert.Equal(pair.First, pair.Second, 1e-6));
    }

    static double[] Values(Module net) =>
        [.. net.StateDict().Where(static entry => entry.Value.Number is null).SelectMany(static entry => entry.Value.Tensor.ToArray()).Select(static value => (double)value)];

    [Fact]
    public void What_is_out_of_range_is_refused()
    {
        var net = new Sequential(new Linear(3, 2, generator: new Generator(1)));
        Assert.Equal(
            "Lookahead: expected to follow every 1 or more steps, got 0.",
            Assert.Throws<ArgumentException>(() => new Lookahead(net, static _ => 0.5, 0)).Message);
        var wrong = new Lookahead(net, static step => step, 1);
        wrong.AfterStep(1);
        Assert.Equal(
            "Lookahead: expected a decay from 0 to 1, got 2 after 2 steps.",
            Assert.Throws<ArgumentException>(() => wrong.AfterStep(2)).Message);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(20)]
    public void Training_that_ends_within_an_epoch_is_resumed_to_the_same_bits(int stopAt)
    {
        string path = folder.File("checkpoint");
        var whole = Trainer(42, null, out var expected);
        Assert.Equal(25, whole.Fit().Step);
        whole.ApplyAverage();

        using var stop = new CancellationTokenSource();
        Trainer(42, path, out var first, line =>
        {
            if (line.Step == stopAt)
                stop.Cancel();
        }).Fit(stop.Token);
        var second = Trainer(7, path, out var net);
        second.Resume(Checkpoint.Load(path));
        var result = second.Fit();
        Assert.Equal((true, 25L, false), (result.Completed, result.Step, result.StoppedEarly));
        second.ApplyAverage();
        Assert.Equal(Draw.Bits(expected.StateDict()), Draw.Bits(net.StateDict()));
        Assert.NotEqual(Draw.Bits(expected.StateDict()), Draw.Bits(first.StateDict()));

        // Over, it stays over.
        var third = Trainer(7, path, out _);
        third.Resume(Checkpoint.Load(path));
        Assert.Equal((true, 25L), (third.Fit() is var again && again.Completed, again.Step));
    }

    static Trainer Trainer(int seed, string? path, out Sequential net, Action<TrainingLine>? onLine = null)
    {
        Generator.Default.ManualSeed(seed);
        net = new Sequential(new Flatten(), new Linear(12, 8), new BatchNorm1d(8), new ReLU(), new Linear(8, 3));
        return new Trainer(
            net, new SGD(net.Parameters(), 0.1f, momentum: 0.9f), new DataLoader(SmallTask.Dataset(43), 5, shuffle: true),
            new TrainerOptions
            {
                Epochs = 3,
                Steps = 25,
                LogEvery = 1,
                CheckpointPath = path,
                OnLine = onLine,
                Average = new Lookahead(net, static step => step / 30.0),
            });
    }

    [Fact]
    public void A_length_that_is_not_within_the_last_epoch_is_refused()
    {
        Generator.Default.ManualSeed(1);
        var net = new Sequential(new Flatten(), new Linear(12, 3));
        var trainer = new Trainer(
            net, new SGD(net.Parameters(), 0.1f), new DataLoader(SmallTask.Dataset(43), 5), new TrainerOptions { Epochs = 3, Steps = 18 });
        Assert.Equal(
            "Trainer: 3 epochs of 9 mini-batches end after more than 18 and up to 27 steps, got 18.",
            Assert.Throws<ArgumentException>(() => trainer.Fit()).Message);
    }
}
