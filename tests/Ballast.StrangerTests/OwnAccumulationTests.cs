namespace Ballast.StrangerTests;

/// <summary>The gradient of a large batch from small ones, in a loop of one's own.</summary>
public class OwnAccumulationTests
{
    [Fact]
    public void Small_batches_give_the_step_of_a_large_one()
    {
        using var generator = Generator.UseDefault(new Generator(1));
        var data = Enumerable.Range(0, 4).Select(static _ => new Batch(Tensor.Randn([8, 5]), Tensor.FromInt64(0, 1, 2, 0, 1, 2, 0, 1))).ToList();
        Sequential large = Step(1, [new Batch(Tensor.Concat([.. data.Select(static batch => batch.Inputs)]), Tensor.Concat([.. data.Select(static batch => batch.Targets)]))]);
        Sequential small = Step(1, data);
        foreach (var (one, other) in large.Parameters().Zip(small.Parameters()))
            Assert.InRange((one - other).Abs().Max().Item(), 0, 1e-6);
    }

    static Sequential Step(int seed, List<Batch> parts)
    {
        var net = new Sequential(new Linear(5, 7, generator: new Generator(seed)), new Tanh(), new Linear(7, 3, generator: new Generator(seed + 1)));
        var optimizer = new SGD(net.Parameters(), 0.5);
        var lossFunction = new CrossEntropyLoss();
        optimizer.ZeroGrad();
        foreach (var (inputs, targets) in parts)
            (lossFunction.Forward(net.Forward(inputs), targets) / parts.Count).Backward();
        optimizer.Step();
        return net;
    }
}
