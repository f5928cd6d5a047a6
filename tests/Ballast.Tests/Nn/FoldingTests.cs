namespace Ballast.Tests;

public class FoldingTests
{
    // A trained network's: statistics and scales far from the initial ones.
    static T Trained<T>(T network)
        where T : Module
    {
        int seed = 0;
        foreach (var norm in network.NamedModules().Select(static part => part.Module).OfType<BatchNorm>())
        {
            int c = norm.NumFeatures;
            norm.Weight?.CopyFrom(Draw.Floats(c, ++seed, 0.5f, 1.5f));
            norm.Bias?.CopyFrom(Draw.Floats(c, ++seed, -1, 1));
            norm.RunningMean?.Mutate().Clear();
            if (norm.RunningMean is null)
                continue;
            Draw.Floats(c, ++seed, -1, 1).CopyTo(norm.RunningMean.Mutate());
            Draw.Floats(c, ++seed, 0.5f, 2).CopyTo(norm.RunningVar!.Mutate());
        }

        network.Eval();
        return network;
    }

    static FoldingReport FoldAndCompare(Module network, Tensor x)
    {
        float[] before = network.Forward(x).ToArray();
        var report = Folding.Fold(network);
        float[] after = network.Forward(x).ToArray();
        // A few roundings of 6e-8 more or less in each layer.
        Near.Equal(before, after, 1e-5);
        using var off = Tensor.NoGrad();
        Assert.Equal(after, network.Forward(x).ToArray());
        return report;
    }

    [Fact]
    public void Every_model_keeps_its_outputs_and_loses_its_normalizations()
    {
        foreach (var (network, count) in new (Module, int)[]
        {
            (new Mlp(3 * 32 * 32, 10, new Generator(1)), 2), (new VggSmall(generator: new Generator(1)), 5),
            (new ResNet20(generator: new Generator(1)), 21), (new ResNet18(classes: 10, generator: new Generator(1)), 20),
        })
        {
            Trained(network);
            var report = FoldAndCompare(network, Draw.Data([2, 3, 32, 32], 9));
            Assert.Equal(count, report.Folded.Count);
            Assert.Empty(report.Kept);
            Assert.DoesNotContain(network.NamedModules(), static part => part.Module is BatchNorm);
            Assert.Equal(count, network.NamedModules().Count(static part => part.Module is Identity));
            Assert.All(network.NamedModules(), static part => Assert.False(part.Module.Training));
            Assert.Empty(Folding.Fold(network).Folded);
            Assert.Equal("There is no batch normalization.", Folding.Fold(network).ToString());
        }
    }

    [Fact]
    public void The_report_names_the_parts_as_the_state_does()
    {
        var block = Trained(new BasicBlock(4, 8, 2, new Generator(1)));
        var keys = block.StateDict().Keys;
        Assert.Equal(
            """
            bn1 BatchNorm2d(8): folded into conv1
            bn2 BatchNorm2d(8): folded into conv2
            downsample.1 BatchNorm2d(8): folded into downsample.0
            """.ReplaceLineEndings("\n"), Folding.Fold(block).ToString());
        Assert.Equal(
            ["conv1.weight", "conv1.bias", "conv2.weight", "conv2.bias", "downsample.0.weight", "downsample.0.bias"],
            block.StateDict().Keys);
        Assert.Contains("bn1.running_mean", keys);
    }

    // w' = w s, b' = (b - mean) s + beta with s = gamma / sqrt(var + eps), here all short numbers.
    [Fact]
    public void The_folded_weights_follow_the_formula()
    {
        var linear = new Linear(2, 2, generator: new Generator(1));
        linear.Weight.CopyFrom([1, 2, 3, 4]);
        linear.Bias!.CopyFrom([10, 20]);
        var norm = new BatchNorm1d(2, eps: 0);
        norm.Weight!.CopyFrom([3, -1]);
        norm.Bias!.CopyFrom([0.5f, 7]);
        new float[] { 4, 22 }.CopyTo(norm.RunningMean!.Mutate());
        new float[] { 4, 0.25f }.CopyTo(norm.RunningVar!.Mutate());
        var chain = new Sequential(linear, norm);
        chain.Eval();
        Assert.Single(Folding.Fold(chain).Folded);
        var joined = (Linear)chain[0];
        Assert.Equal([1.5f, 3, -6, -8], joined.Weight.ToArray());
        Assert.Equal([9.5f, 11], joined.Bias!.ToArray());
        // The layer that was there is as it was.
        Assert.NotSame(linear, joined);
        Assert.Equal([1, 2, 3, 4], linear.Weight.ToArray());
    }

    [Fact]
    public void Every_kind_of_convolution_and_of_normalization_folds()
    {
        foreach (bool bias in new[] { true, false })
        {
            foreach (bool affine in new[] { true, false })
            {
                var chain = Trained(new Sequential(
                    new Conv2d(4, 6, 3, stride: 2, padding: 2, dilation: 2, groups: 2, bias: bias, generator: new Generator(1)),
                    new BatchNorm2d(6, eps: 0.1, affine: affine),
                    new Identity(), new Dropout(),
                    new BatchNorm2d(6, momentum: null),
                    new ReLU(), new Flatten(),
                    new Sequential(new Linear(6 * 4 * 4, 5, bias, new Generator(2))),
                    new Sequential(new Identity(), new Sequential(new BatchNorm1d(5, affine: affine)))));
                var report = FoldAndCompare(chain, Draw.Data([3, 4, 8, 8], 3));
                Assert.Equal(["1 into 0", "4 into 0", "8.1.0 into 7.0"], report.Folded.Select(static entry => $"{entry.Name} into {entry.Into}"));
                Assert.Empty(report.Kept);
            }
        }
    }

    sealed class Own : Module
    {
        readonly Conv2d convolution;
        readonly BatchNorm2d norm;
        readonly Sequential chain;

        public Own()
        {
            convolution = Register("convolution", new Conv2d(2, 3, 1, generator: new Generator(1)));
            norm = Register("norm", new BatchNorm2d(3));
            chain = RegisterChain(("inner", new Conv2d(3, 4, 1, generator: new Generator(2))), ("innernorm", new BatchNorm2d(4)));
        }

        // The convolution's result has two readers.
        public override Tensor Forward(Tensor input)
        {
            var y = convolution.Forward(input);
            return chain.Forward(norm.Forward(y) + y);
        }
    }

    [Fact]
    public void What_a_module_calls_itself_stays_and_its_chain_folds()
    {
        var network = Trained(new Sequential(new Conv2d(2, 2, 1, generator: new Generator(3)), new Own(), new BatchNorm2d(4)));
        var report = FoldAndCompare(network, Draw.Data([2, 2, 3, 3], 4));
        Assert.Equal(
            """
            1.innernorm BatchNorm2d(4): folded into 1.inner
            1.norm BatchNorm2d(3): kept. It is not in a chain, so that what it reads may have other readers. Put it behind its layer in a Sequential, register both by RegisterChain, or give Fold an example input to find out.
            2 BatchNorm2d(4): kept. Before it comes Own. It can be folded into a Linear before a BatchNorm1d, or a Conv2d before a BatchNorm2d.
            """.ReplaceLineEndings("\n"), report.ToString());
    }

    [Fact]
    public void What_cannot_be_folded_stays_and_says_why()
    {
        Check("It is in training mode, where it normalizes with the statistics of each batch. Call Eval() on the network first.",
            new Linear(2, 3, generator: new Generator(1)), new BatchNorm1d(3), train: true);
        Check("It has no running statistics: it normalizes with those of each batch, in evaluation mode too.",
            new Linear(2, 3, generator: new Generator(1)), new BatchNorm1d(3, trackRunningStats: false));
        Check("Nothing comes before it in its chain.", new Identity(), new BatchNorm1d(3));
        Check("Before it comes ReLU(). It can be folded into a Linear before a BatchNorm1d, or a Conv2d before a BatchNorm2d.",
            new ReLU(), new BatchNorm1d(3));
        Check("Before it comes Linear(2, 3). It can be folded into a Linear before a BatchNorm1d, or a Conv2d before a BatchNorm2d.",
            new Linear(2, 3, generator: new Generator(1)), new BatchNorm2d(3));
        Check("The Linear(2, 4) before it has 4 channels, not 3.", new Linear(2, 4, generator: new Generator(1)), new BatchNorm1d(3));
        var still = new BatchNorm1d(2, eps: 0);
        new float[] { 1, 0 }.CopyTo(still.RunningVar!.Mutate());
        Check("Its channel 1 has a running variance of 0, by whose root nothing can be divided.",
            new Linear(2, 2, generator: new Generator(1)), still);

        var alone = new BatchNorm1d(3);
        alone.Eval();
        Assert.StartsWith("BatchNorm1d(3): kept. It is not in a chain", Folding.Fold(alone).ToString(), StringComparison.Ordinal);

        static void Check(string reason, Module before, BatchNorm norm, bool train = false)
        {
            var chain = new Sequential(before, norm);
            chain.Train(train);
            long[] bits = Draw.Bits(chain.StateDict());
            var report = Folding.Fold(chain);
            Assert.Empty(report.Folded);
            Assert.Equal(new KeptNormalization("1", norm.ToString(), reason), Assert.Single(report.Kept));
            Assert.Same(norm, chain[1]);
            Assert.Equal(bits, Draw.Bits(chain.StateDict()));
        }
    }

    [Fact]
    public void Layers_and_chains_in_several_places_keep_their_meaning()
    {
        var linear = new Linear(3, 3, generator: new Generator(1));
        var norm = new BatchNorm1d(3);
        // One layer and one normalization twice, the layer a third time without.
        var twice = Trained(new Sequential(linear, norm, new ReLU(), linear, norm, linear));
        var report = FoldAndCompare(twice, Draw.Data([4, 3], 2));
        Assert.Equal(["1", "4"], report.Folded.Select(static entry => entry.Name));

        // A chain that begins with a normalization, behind a linear layer here and behind a ReLU there.
        var shared = new Sequential(new BatchNorm1d(3), new Linear(3, 3, generator: new Generator(2)));
        var places = Trained(new Sequential(linear, shared, new ReLU(), shared));
        report = FoldAndCompare(places, Draw.Data([4, 3], 3));
        Assert.Empty(report.Folded);
        Assert.Equal(
            ["1.0: It and the layer before it are in chains of which one has several places in the network.",
                "3.0: Before it comes ReLU(). It can be folded into a Linear before a BatchNorm1d, or a Conv2d before a BatchNorm2d."],
            report.Kept.Select(static entry => $"{entry.Name}: {entry.Reason}"));

        // One that holds both folds once, for all places.
        var whole = new Sequential(new Linear(3, 3, generator: new Generator(3)), new BatchNorm1d(3));
        var both = Trained(new Sequential(whole, new ReLU(), whole));
        Assert.Equal(["0.1"], FoldAndCompare(both, Draw.Data([4, 3], 4)).Folded.Select(static entry => entry.Name));
    }

    [Fact]
    public void A_folded_network_is_saved_and_loaded_into_a_folded_one()
    {
        var network = Trained(new VggSmall(generator: new Generator(1)));
        Folding.Fold(network);
        var other = new VggSmall(generator: new Generator(2));
        other.Eval();
        Assert.Throws<ArgumentException>(() => other.LoadStateDict(network.StateDict()));
        Folding.Fold(other);
        other.LoadStateDict(network.StateDict());
        var x = Draw.Data([2, 3, 8, 8], 3);
        Assert.Equal(network.Forward(x).ToArray(), other.Forward(x).ToArray());
    }

    sealed class OneByOne : Module
    {
        readonly Conv2d first, second, third;
        readonly BatchNorm2d firstNorm, secondNorm, thirdNorm, unused;

        public OneByOne()
        {
            var generator = new Generator(3);
            first = Register("first", new Conv2d(3, 8, 3, padding: 1, bias: false, generator: generator));
            firstNorm = Register("firstNorm", new BatchNorm2d(8));
            second = Register("second", new Conv2d(8, 8, 3, padding: 1, generator: generator));
            secondNorm = Register("secondNorm", new BatchNorm2d(8));
            third = Register("third", new Conv2d(8, 8, 1, generator: generator));
            thirdNorm = Register("thirdNorm", new BatchNorm2d(8));
            unused = Register("unused", new BatchNorm2d(8));
        }

        public override Tensor Forward(Tensor input)
        {
            var x = firstNorm.Forward(first.Forward(input)).Relu();
            var y = second.Forward(x);
            x = secondNorm.Forward(y).Relu() + 0.01f * y;
            return thirdNorm.Forward(third.Forward(x).Silu()) + third.Forward(x) * (unused.Training ? 2f : 1f);
        }
    }

    [Fact]
    public void Layers_that_a_module_calls_one_by_one_are_folded_where_nothing_else_reads_them()
    {
        var network = Trained(new OneByOne());
        var x = Draw.Data([2, 3, 12, 12], 9);
        float[] before = network.Forward(x).ToArray();
        Assert.Equal(4, Folding.Fold(network).Kept.Count);
        var report = Folding.Fold(network, x);
        Assert.Equal(
            """
            firstNorm BatchNorm2d(8): folded into first
            secondNorm BatchNorm2d(8): kept. The result of the Conv2d(8, 8, 3, padding: 1) before it is read elsewhere too.
            thirdNorm BatchNorm2d(8): kept. What it reads is no result of a layer.
            unused BatchNorm2d(8): kept. The example does not run it.
            """, report.ToString());
        Near.Equal(before, network.Forward(x).ToArray(), 1e-5);
        Assert.Equal(
            [
                "first.weight", "first.bias", "second.weight", "second.bias", "secondNorm.weight", "secondNorm.bias", "secondNorm.running_mean",
                "secondNorm.running_var", "secondNorm.num_batches_tracked", "third.weight", "third.bias", "thirdNorm.weight", "thirdNorm.bias",
                "thirdNorm.running_mean", "thirdNorm.running_var", "thirdNorm.num_batches_tracked", "unused.weight", "unused.bias",
                "unused.running_mean", "unused.running_var", "unused.num_batches_tracked",
            ], network.StateDict().Keys);
        List<string> seen = [];
        using var probe = Probe.Attach(network).OnForward("first", pass => seen.Add(pass.Name)).OnForward("firstNorm", pass => seen.Add(pass.Name));
        network.Forward(x);
        Assert.Equal(["first", "firstNorm"], seen);
    }
}
