namespace Ballast.Tests;

/// <summary>Gradients of several small batches add up to a large one's.</summary>
public class AccumulationTests
{
    static Sequential Net() => new(
        new Linear(40, 30, generator: new Generator(1)), new GELU(), new LayerNorm(30), new Linear(30, 5, generator: new Generator(2)));

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(12)]
    public void Small_batches_give_the_large_ones_gradient_and_steps(int parts)
    {
        var (x, labels) = (Draw.Data([12, 40], 3), Tensor.FromInt64([.. Enumerable.Range(0, 12).Select(static i => i * 7L % 5)], [12]));
        Sequential whole = Net(), small = Net();
        Adam first = new(whole.Parameters(), 0.01), second = new(small.Parameters(), 0.01);
        for (int step = 0; step < 3; step++)
        {
            first.ZeroGrad();
            new CrossEntropyLoss().Forward(whole.Forward(x), labels).Backward();
            second.ZeroGrad();
            foreach (var (inputs, targets) in x.Chunk(parts, 0).Zip(labels.Chunk(parts, 0)))
                (new CrossEntropyLoss().Forward(small.Forward(inputs), targets) / parts).Backward();
            foreach (var (expected, actual) in whole.Parameters().Zip(small.Parameters()))
                Near.Equal(expected.Grad!.AsSpan(), actual.Grad!.AsSpan(), 1e-6, $"step {step}, gradient {expected.Shape}");
            // Adam's first steps go by the sign of gradients, tiny ones too: the clipped norm and the weights come near.
            Assert.Equal(GradientClipping.ClipNorm(whole.Parameters(), 0.5), GradientClipping.ClipNorm(small.Parameters(), 0.5), 1e-6);
            first.Step();
            second.Step();
            small.LoadStateDict(whole.StateDict());
        }
    }

    [Fact]
    public void The_sum_of_sums_needs_no_division()
    {
        var (x, y) = (Draw.Data([6, 40], 3), Draw.Data([6, 5], 4));
        Sequential whole = Net(), small = Net();
        new MSELoss(Reduction.Sum).Forward(whole.Forward(x), y).Backward();
        for (int i = 0; i < 6; i += 2)
            new MSELoss(Reduction.Sum).Forward(small.Forward(x[i..(i + 2)]), y[i..(i + 2)]).Backward();
        foreach (var (expected, actual) in whole.Parameters().Zip(small.Parameters()))
            Near.Equal(expected.Grad!.AsSpan(), actual.Grad!.AsSpan(), 1e-6, $"{expected.Shape}");
    }
}
