namespace Ballast.Tests;

/// <summary>A network that several threads use at once, left in training mode: each prediction is that of evaluation mode, and the
/// network stays as it is.</summary>
public class SharedNetworkTests
{
    static Sequential Network() => new(
        new Linear(6, 8, generator: new Generator(1)), new BatchNorm1d(8), new EvoNormB0(8), new ReLU(), new Dropout(0.5, new Generator(2)),
        new Linear(8, 3, generator: new Generator(3)));

    static void AtOnce(Action<int> work) =>
        Parallel.For(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 8 }, work);

    [Fact]
    public void Predictions_at_once_are_those_of_evaluation_mode()
    {
        var model = Network();
        model.Forward(Draw.Data([20, 6], 4)); // statistics that are not those of the start
        var before = Draw.Bits(model.StateDict());
        var inputs = Draw.Data([5, 6], 5);
        var twin = Network();
        twin.LoadStateDict(model.StateDict());
        twin.Eval();
        var expected = Prediction.Run(twin, inputs).Select(static found => found[0]).ToArray();

        AtOnce(_ => Assert.Equal(expected, Prediction.Run(model, inputs).Select(static found => found[0])));

        Assert.Equal(before, Draw.Bits(model.StateDict()));
        Assert.All(model.NamedModules(), static entry => Assert.True(entry.Module.Training));
    }

    [Fact]
    public void Evaluations_at_once_are_those_of_evaluation_mode()
    {
        var model = new Sequential(new Flatten(), new BatchNorm1d(12), new Linear(12, 3, generator: new Generator(1)));
        model.Forward(Draw.Data([9, 3, 2, 2], 2));
        var before = Draw.Bits(model.StateDict());
        var data = SmallTask.Dataset(20);
        var expected = Evaluation.Run(model, data, batchSize: 7);
        AtOnce(_ => Assert.Equal(expected, Evaluation.Run(model, data, batchSize: 7)));
        Assert.Equal(before, Draw.Bits(model.StateDict()));
        Assert.True(model.Training);
    }

    [Fact]
    public void A_batch_normalized_with_its_own_statistics_disturbs_no_prediction_beside_it()
    {
        var model = new Sequential(new BatchNorm1d(6), new Linear(6, 3, generator: new Generator(1)));
        model.Eval();
        var inputs = Draw.Data([5, 6], 5);
        float[] own = AdaptiveBatchNorm.Forward(model, inputs).ToArray(), running = model.Forward(inputs).ToArray();
        Assert.NotEqual(own, running);
        AtOnce(i => Assert.Equal(
            i % 2 == 0 ? own : running, (i % 2 == 0 ? AdaptiveBatchNorm.Forward(model, inputs) : model.Forward(inputs)).ToArray()));
    }

    [Fact]
    public void A_part_made_during_a_prediction_takes_the_mode_of_its_owner()
    {
        var grows = new Grows();
        Prediction.Run(grows, Draw.Data([2, 3], 1));
        Assert.True(grows.Training);
        Assert.True(Assert.Single(grows.Children).Module.Training);
    }

    sealed class Grows : Module
    {
        public override Tensor Forward(Tensor input)
        {
            Assert.False(Training);
            Register("part", new Identity());
            return input;
        }
    }
}
