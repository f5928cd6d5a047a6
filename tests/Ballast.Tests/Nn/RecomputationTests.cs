namespace Ballast.Tests;

/// <summary>Parts that are computed once more in the backward pass: the same bits, and nothing moves twice.</summary>
public class RecomputationTests
{
    static Sequential Images()
    {
        Generator g = new(5);
        return new Sequential(
            new Conv2d(3, 16, 3, padding: 1, bias: false, generator: g), new BatchNorm2d(16), new ReLU(),
            new Conv2d(16, 16, 3, padding: 1, generator: g), new BatchNorm2d(16), new GELU(), new Dropout(0.3), new MaxPool2d(2),
            new BatchRenorm(16, schedule: RenormSchedule.Constant(3, 5)), new Conv2d(16, 8, 1, generator: g),
            new InstanceNorm2d(8, affine: true, trackRunningStats: true), new SiLU(), new Dropout(0.2, new Generator(7)), new Flatten(),
            new SpectralNorm(new Linear(8 * 16, 10, generator: g), generator: g));
    }

    delegate Tensor Forwards(Sequential net, Tensor x);

    // Three steps of training, and everything that there is afterwards.
    static long[] Train(Forwards forward, Func<Sequential> make, Shape shape, bool askInput = false)
    {
        using var generator = Generator.UseDefault(new Generator(11));
        var net = make();
        var sgd = new SGD(net.Parameters(), 0.05, momentum: 0.9);
        List<long> bits = [];
        for (int step = 0; step < 3; step++)
        {
            sgd.ZeroGrad();
            var x = Draw.Data(shape, step);
            if (askInput)
                x.RequiresGrad = true;
            var loss = forward(net, x).Square().Mean();
            loss.Backward();
            bits.AddRange(Draw.Bits(loss.AsSpan()).Select(static bit => (long)bit));
            if (askInput)
                bits.AddRange(Draw.Bits(x.Grad!.AsSpan()).Select(static bit => (long)bit));
            foreach (var parameter in net.Parameters())
                bits.AddRange(Draw.Bits(parameter.Grad!.AsSpan()).Select(static bit => (long)bit));
            sgd.Step();
        }

        bits.AddRange(Draw.Bits(net.StateDict()));
        bits.AddRange(Draw.Bits(Tensor.Rand([3]).AsSpan()).Select(static bit => (long)bit));
        return [.. bits];
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_network_trains_to_the_same_bits(bool askInput)
    {
        long[] expected = Train(static (net, x) => net.Forward(x), Images, [4, 3, 8, 8], askInput);
        Forwards[] others =
        [
            static (net, x) => Recomputation.Checkpoint(net, x),
            static (net, x) => Recomputation.CheckpointSequential(net, 1, x),
            static (net, x) => Recomputation.CheckpointSequential(net, 3, x),
            static (net, x) => Recomputation.CheckpointSequential(net, 15, x),
            static (net, x) => Recomputation.Checkpoint(net, x + 0f),
        ];
        foreach (var (number, other) in others.Index())
        {
            long[] actual = Train(other, Images, [4, 3, 8, 8], askInput);
            Assert.True(expected.AsSpan().SequenceEqual(actual), $"way {number}");
        }
    }

    [Fact]
    public void Parts_within_parts_and_several_inputs_and_results()
    {
        var (left, right) = (new Linear(3, 4, generator: new Generator(1)), new Linear(2, 4, generator: new Generator(2)));
        Tensor[] Pair(Tensor[] t)
        {
            var both = left.Forward(t[0]) + right.Forward(t[1]);
            return [both.Relu(), both.Sum([1])];
        }

        int[] Run(bool recompute)
        {
            left.ZeroGrad();
            right.ZeroGrad();
            Tensor x = Draw.Data([5, 3], 3), y = Draw.Data([5, 2], 4);
            y.RequiresGrad = true;
            var scaled = y * 2;
            Tensor[] Outer(Tensor[] t) => recompute ? Recomputation.Checkpoint(Pair, t) : Pair(t);
            var results = recompute ? Recomputation.Checkpoint(Outer, x, scaled) : Outer([x, scaled]);
            (results[0].Square().Sum() + results[1].Exp().Mean() + scaled.Sum()).Backward();
            return [.. Draw.Bits(y.Grad!.AsSpan()), .. Draw.Bits(left.Weight.Grad!.AsSpan()), .. Draw.Bits(right.Bias!.Grad!.AsSpan())];
        }

        Assert.Equal(Run(false), Run(true));
    }

    [Fact]
    public void Nothing_is_kept_between_the_passes_and_nothing_happens_where_nothing_learns()
    {
        var net = new Sequential(new Linear(6, 5, generator: new Generator(1)), new BatchNorm1d(5), new ReLU());
        Tensor? middle = null;
        var x = Draw.Data([4, 6], 1);
        var output = Recomputation.Checkpoint(input => net[2].Forward(middle = net[1].Forward(net[0].Forward(input))), x);
        Assert.Throws<InvalidOperationException>(() => middle!.ToArray());
        Assert.True(output.RequiresGrad);
        using (Tensor.NoGrad())
            Assert.False(Recomputation.Checkpoint(net, x).RequiresGrad);
        foreach (var parameter in net.Parameters())
            parameter.Frozen = true;
        Assert.False(Recomputation.Checkpoint(net, x).RequiresGrad);
    }

    [Fact]
    public void What_is_learned_from_has_to_be_an_input()
    {
        var w = Draw.Weights([3], 1);
        var scale = w * 2;
        Assert.Equal("Recomputation: the part reads a tensor that was computed outside of it and learns. Give it as one of the part's inputs, or take its Detach().",
            Assert.Throws<InvalidOperationException>(() => Recomputation.Checkpoint(x => x * scale, Draw.Data([3], 2))).Message);
        scale.Sum().Backward();
        Assert.Equal([2, 2, 2], w.Grad!.ToArray());
        Assert.Equal("Recomputation.CheckpointSequential: expected 1 to 1 parts of 1 modules, got 2.",
            Assert.Throws<ArgumentException>(() => Recomputation.CheckpointSequential(new Sequential(new ReLU()), 2, Draw.Data([3], 2))).Message);
    }
}
