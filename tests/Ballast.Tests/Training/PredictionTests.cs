namespace Ballast.Tests;

public class PredictionTests
{
    // exp(1) / (exp(1) + exp(2) + exp(0)) and so on.
    static readonly Tensor Logits = Tensor.From([1, 2, 0, -1, -1, 5], [2, 3]);

    sealed class Same : Module
    {
        public override Tensor Forward(Tensor input) => input;
    }

    [Fact]
    public void Classes_come_with_the_likeliest_first()
    {
        var all = Prediction.Run(new Same(), Logits, top: 3);
        Assert.Equal([1, 0, 2], all[0].Select(found => found.Label));
        Assert.Equal([2, 0, 1], all[1].Select(found => found.Label));      // the lower of two equal ones first
        double sum = Math.Exp(1) + Math.Exp(2) + 1;
        Assert.Equal(Math.Exp(2) / sum, all[0][0].Probability, 1e-6);
        Assert.Equal(Math.Exp(1) / sum, all[0][1].Probability, 1e-6);
        Assert.Equal(1 / sum, all[0][2].Probability, 1e-6);
    }

    [Fact]
    public void As_many_are_given_as_are_asked_for_or_as_there_are()
    {
        Assert.All(Prediction.Run(new Same(), Logits), found => Assert.Single(found));
        Assert.All(Prediction.Run(new Same(), Logits, top: 9), found => Assert.Equal(3, found.Count));
        Assert.Throws<ArgumentException>(() => Prediction.Run(new Same(), Logits, top: 0));
    }

    [Fact]
    public void It_is_done_in_evaluation_mode_without_gradients_and_leaves_the_mode_as_it_was()
    {
        var norm = new BatchNorm1d(3);
        var net = new Sequential(norm, new Same());
        net.Train();
        var before = Draw.Bits(net.StateDict());
        var first = Prediction.Run(net, Logits);
        Assert.Equal(before, Draw.Bits(net.StateDict()));
        Assert.True(norm.Training);
        // One sample alone gets what it gets among others: no statistics of the batch.
        Assert.Equal(first[1][0], Prediction.Run(net, Tensor.From([-1, -1, 5], [1, 3]))[0][0]);
    }

    [Fact]
    public void Outputs_that_are_no_logits_are_refused() =>
        Assert.Contains("expected the network to give logits [2, C], got [2, 3, 1]",
            Assert.Throws<ArgumentException>(() => Prediction.Run(new Same(), Logits.Reshape([2, 3, 1]))).Message, StringComparison.Ordinal);
}
