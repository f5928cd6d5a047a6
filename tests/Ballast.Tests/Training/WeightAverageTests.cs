using System.Text.Json;

namespace Ballast.Tests;

/// <summary>Averages of weights against PyTorch's AveragedModel (averages.json), and what becomes of running statistics.</summary>
public sealed class WeightAverageTests
{
    static readonly JsonElement Recorded = Golden.Load("averages.json");

    [Theory]
    [InlineData("swa")]
    [InlineData("ema")]
    public void Each_update_is_PyTorchs(string kind)
    {
        var model = new Linear(5, 3, bias: false);
        WeightAverage average = kind == "swa" ? new StochasticWeightAveraging(model) : new ExponentialMovingAverage(model, 0.9);
        for (int i = 0; i < 8; i++)
        {
            model.Weight.CopyFrom(Recorded.GetProperty("weights")[i].Floats());
            average.Update();
            // Two roundings of 6e-8 an update.
            Near.Equal(Recorded.GetProperty(kind)[i].Floats(), average.StateDict()["weight"].Tensor.AsSpan(), 1e-6, $"update {i + 1}");
        }

        Assert.Equal(8, average.Updates);
    }

    [Fact]
    public void A_warm_up_keeps_less_and_every_so_many_steps_count()
    {
        var model = new Linear(1, 1, bias: false);
        var average = new ExponentialMovingAverage(model, 0.99, every: 2, warmUp: true);
        double expected = 0;
        for (int step = 1; step <= 20; step++)
        {
            model.Weight.CopyFrom([step]);
            average.AfterStep(step);
            if (step % 2 > 0)
                continue;
            int n = step / 2 - 1;
            double keep = n == 0 ? 0 : Math.Min(0.99, (1.0 + n) / (10 + n));
            expected = keep * expected + (1 - keep) * step;
            Assert.Equal(expected, average.StateDict()["weight"].Tensor.Item(), 1e-5);
        }
    }

    [Fact]
    public void A_swap_puts_the_average_in_and_the_weights_back()
    {
        var model = new Sequential(new Linear(3, 4), new BatchNorm1d(4));
        var average = new ExponentialMovingAverage(model, 0.5);
        average.Update();
        long[] averaged = Draw.Bits(model.StateDict());
        model.Forward(Draw.Data([5, 3], 1)); // moves the running statistics
        ((Linear)model[0]).Weight.CopyFrom(Draw.Floats(12, 2));
        long[] own = Draw.Bits(model.StateDict());
        using (average.Swap())
            Assert.Equal(averaged[..^1], Draw.Bits(model.StateDict())[..^1]); // but for the number of batches
        Assert.Equal(own, Draw.Bits(model.StateDict()));

        var other = new ExponentialMovingAverage(model, 0.5);
        other.LoadStateDict(average.StateDict());
        Assert.Equal(Draw.Bits(average.StateDict()), Draw.Bits(other.StateDict()));
        other.Apply();
        Assert.Equal(averaged[..^1], Draw.Bits(model.StateDict())[..^1]);
    }

    [Fact]
    public void The_trainer_measures_the_statistics_of_a_plain_average_anew()
    {
        var generator = new Generator(1);
        var model = new Sequential(new Flatten(), new Linear(12, 8, generator: generator), new BatchNorm1d(8), new ReLU(), new Linear(8, 3, generator: generator));
        var loader = new DataLoader(SmallTask.Dataset(40), 5, shuffle: true, generator: new Generator(2));
        List<ValidationLine> lines = [];
        var trainer = new Trainer(model, new SGD(model.Parameters(), 0.1f), loader, new TrainerOptions
        {
            Epochs = 4,
            Average = new StochasticWeightAveraging(model, fromEpoch: 3),
            Validation = new ValidationOptions(SmallTask.Dataset(20)),
            OnValidation = lines.Add,
        });
        trainer.Fit();
        trainer.ApplyAverage();
        Assert.Equal(4, lines.Count);
        Assert.Equal(lines[^1].Result, Evaluation.Run(model, SmallTask.Dataset(20)));
        long[] applied = Draw.Bits(model.StateDict());
        PreciseStatistics.Update(model, new DataLoader(loader.Dataset, 5, shuffle: true, generator: new Generator(0)));
        Assert.Equal(applied, Draw.Bits(model.StateDict()));
    }

    [Fact]
    public void What_cannot_work_is_refused()
    {
        string Message(Action action) => Assert.Throws<ArgumentException>(action).Message;
        var untracked = new Sequential(new Linear(2, 2), new BatchNorm1d(2, trackRunningStats: false));
        Assert.StartsWith("ExponentialMovingAverage: BatchNorm1d(2", Message(() => _ = new ExponentialMovingAverage(untracked)), StringComparison.Ordinal);
        Assert.Contains("at \"1\" tracks no running statistics.", Message(() => _ = new StochasticWeightAveraging(untracked)), StringComparison.Ordinal);
        var model = new Linear(2, 2);
        Assert.Equal("ExponentialMovingAverage: expected a decay from 0 up to, not including, 1, got 1.", Message(() => _ = new ExponentialMovingAverage(model, 1)));
        Assert.Equal("StochasticWeightAveraging: expected to average from epoch 1 or a later one on, got 0.", Message(() => _ = new StochasticWeightAveraging(model, 0)));
        Assert.Equal("ExponentialMovingAverage: the state has no weight of the shape [2, 2]. It belongs to another network.",
            Message(() => new ExponentialMovingAverage(model).LoadStateDict(new ExponentialMovingAverage(new Linear(3, 2)).StateDict())));
    }

    [Fact]
    public void Norms_and_biases_get_groups_of_their_own()
    {
        var model = new Sequential(new Conv2d(3, 4, 3), new BatchNorm2d(4), new Flatten(), new Linear(4, 2), new LayerNorm([2]));
        var groups = ParameterGroups.Of(model, 0.1f, biasLearningRateFactor: 2);
        Assert.Equal([2, 2, 4], groups.Select(static group => group.Parameters.Count));
        Assert.Equal([0.1f, 0.1f, 0.2f], groups.Select(static group => (float)group.LearningRate!.Value));
        Assert.Equal([null, 0.0, 0.0], groups.Select(static group => group.WeightDecay));
        Assert.All(ParameterGroups.Of(model, 0.1f, decayNorms: true), static group => Assert.Null(group.WeightDecay));
        Assert.Single(ParameterGroups.Of(new Linear(2, 2, bias: false), 0.1f));
    }
}
