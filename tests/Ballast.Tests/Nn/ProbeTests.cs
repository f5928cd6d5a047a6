namespace Ballast.Tests;

public class ProbeTests
{
    static Sequential Convolutional(int seed)
    {
        var generator = new Generator(seed);
        return new Sequential(
            new Conv2d(3, 8, 3, padding: 1, bias: false, generator: generator), new BatchNorm2d(8), new ReLU(), new MaxPool2d(2),
            new Conv2d(8, 5, 3, stride: 2, generator: generator), new BatchNorm2d(5), new ReLU(), new GlobalAvgPool2d(),
            new Flatten(), new Linear(5, 4, generator: generator));
    }

    static Sequential Plain(int seed)
    {
        var generator = new Generator(seed);
        return new Sequential(
            new Flatten(), new Linear(3 * 8 * 8, 70, generator: generator), new BatchNorm1d(70), new ReLU(),
            new Linear(70, 4, generator: generator));
    }

    static (long[] State, int[] Gradients, float Loss) Step(Module model, Tensor input, Tensor labels)
    {
        var optimizer = new SGD(model.Parameters(), 0.1f, momentum: 0.9f);
        float last = 0;
        int[] gradients = [];
        for (int i = 0; i < 3; i++)
        {
            optimizer.ZeroGrad();
            var loss = new CrossEntropyLoss().Forward(model.Forward(input), labels);
            loss.Backward();
            gradients = [.. model.Parameters().SelectMany(static parameter => Draw.Bits(parameter.Grad!.AsSpan()))];
            optimizer.Step();
            last = loss.Item();
        }

        return (Draw.Bits(model.StateDict()), gradients, last);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Looking_at_everything_changes_no_bit(bool convolutional)
    {
        var input = Draw.Data([6, 3, 8, 8], 1);
        var labels = Tensor.FromInt64(0, 1, 2, 3, 0, 1);
        Func<int, Module> make = convolutional ? Convolutional : Plain;
        var expected = Step(make(2), input, labels);

        var model = make(2);
        int looks = 0;
        using (var probe = Probe.Attach(model))
        {
            foreach (var (name, _) in model.NamedModules().Where(static entry => entry.Name.Length > 0))
            {
                probe.OnForward(name, pass =>
                {
                    looks++;
                    float[] all = pass.Output.ToArray();
                    Assert.Equal(pass.Output.Length, pass.Input.Length == 0 ? -1 : all.Length);
                    Assert.Equal(Draw.Bits(pass.Input.ToArray()), Draw.Bits(pass.Input.ToArray()));
                });
            }

            probe.OnBatchNorm(static pass => pass.Input.ToArray());
            var seen = Step(model, input, labels);
            Assert.Equal(expected.State, seen.State);
            Assert.Equal(expected.Gradients, seen.Gradients);
            Assert.Equal(expected.Loss, seen.Loss);
        }

        int before = looks;
        Assert.Equal(3 * model.NamedModules().Count(static entry => entry.Name.Length > 0), before);
        Step(model, input, labels);
        Assert.Equal(before, looks);
        Assert.All(model.NamedModules(), static entry => Assert.Null(entry.Module.Forwarded));
        Assert.All(model.NamedModules().Select(static entry => entry.Module).OfType<BatchNorm>(), static norm => Assert.Null(norm.Normalizes));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_look_at_one_channel_sees_its_values_and_leaves_the_recipe(bool training)
    {
        var model = Convolutional(3);
        model.Train(training);
        int looks = 0;
        using var probe = Probe.Attach(model);
        foreach (string name in (string[])["0", "1", "2", "3", "4", "5", "6"])
        {
            var layer = model[int.Parse(name)];
            Deferred? before = null;
            layer.Forwarded += (_, output) => before = output.Recipe;
            probe.OnForward(name, Look);
            layer.Forwarded += (_, output) => Assert.Same(before, output.Recipe);
            layer.Forwarded += (_, output) => Assert.IsAssignableFrom<DeferredChannels>(output.Recipe);
        }

        model.Forward(Draw.Data([6, 3, 8, 8], 4));
        Assert.Equal(7, looks);

        void Look(ForwardPass pass)
        {
            float[] all = pass.Output.ToArray();
            int channels = pass.Output.Shape[1], length = pass.Output.ChannelLength, area = length / 6;
            float[] one = new float[length];
            for (int c = 0; c < channels; c++)
            {
                pass.Output.CopyChannel(c, one);
                float[] expected = [.. Enumerable.Range(0, length).Select(i => all[(i / area * channels + c) * area + i % area])];
                Assert.Equal(Draw.Bits(expected), Draw.Bits(one));
            }

            looks++;
        }
    }

    // The same network, run outside a chain, where every result can be read. Reading what a convolution wrote forgets the moments
    // it took along, and the normalization sums up in another order.
    [Fact]
    public void What_is_seen_is_what_the_layers_compute()
    {
        var model = Convolutional(5);
        var input = Draw.Data([6, 3, 8, 8], 6);
        var seen = new Dictionary<string, float[]>();
        using (var probe = Probe.Attach(model))
        {
            for (int i = 0; i < model.Count; i++)
                probe.OnForward($"{i}", pass => seen[pass.Name] = pass.Output.ToArray());
            model.Forward(input);
        }

        var again = Convolutional(5);
        var current = input;
        for (int i = 0; i < again.Count; i++)
        {
            current = again[i].Forward(current);
            Near.Equal(current.AsSpan(), seen[$"{i}"], 2e-6);
        }
    }

    [Fact]
    public void Batch_normalizations_show_the_statistics_they_use()
    {
        var model = new Sequential(new BatchNorm1d(2, momentum: 0.5));
        var input = Tensor.From([1, 2, 3, 6, 5, 10], [3, 2]);
        List<(bool OfBatch, double[] Mean, double[] Variance, double[] Batch, int Count, bool Records)> seen = [];
        using (Probe.Attach(model).OnBatchNorm(pass =>
        {
            double[] mean = new double[2], variance = new double[2];
            pass.MeasureBatch(mean, variance);
            seen.Add((pass.IsOfBatch, pass.Mean.ToArray(), pass.Variance.ToArray(), [.. mean, .. variance], pass.Count, pass.RecordsGradients));
        }))
        {
            model.Forward(input);
            model.Eval();
            using var off = Tensor.NoGrad();
            model.Forward(input);
        }

        double[] batch = [3, 6, 8 / 3.0, 32 / 3.0];
        Assert.Equal((true, 3, true), (seen[0].OfBatch, seen[0].Count, seen[0].Records));
        Assert.Equal((false, 3, false), (seen[1].OfBatch, seen[1].Count, seen[1].Records));
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(batch[i], seen[0].Batch[i], 1e-12);
            Assert.Equal(batch[i], seen[1].Batch[i], 1e-12);
        }

        Assert.Equal(seen[0].Batch[..2], seen[0].Mean);
        Assert.Equal(seen[0].Batch[2..], seen[0].Variance);
        Assert.Equal([1.5, 3], seen[1].Mean);
        Assert.Equal([2.5, 8.5], seen[1].Variance);
    }

    // torch.quantile(torch.tensor([3., 1., 4., 1., 5., 9., 2., 6.]), torch.tensor([0., .15, .5, .85, 1.])) of PyTorch 1.13.1.
    [Fact]
    public void Quantiles_are_PyTorchs()
    {
        float[]? all = null, channel = null, broken = null;
        var model = new Sequential(new ReLU());
        using (Probe.Attach(model).OnForward("0", pass =>
        {
            all = pass.Input.Quantiles(0, 0.15, 0.5, 0.85, 1);
            channel = pass.Input.ChannelQuantiles(1, 0.5);
            broken = pass.Output.Quantiles(1);
        }))
        {
            model.Forward(Tensor.From([3, 1, 4, 1, 5, 9, 2, 6], [4, 2]));
            Near.Equal([1.0, 1.0500000715255737, 3.5, 5.950000286102295, 9.0], all!, 6e-8); // a rounding of float
            Assert.Equal([3.5f], channel!);
            model.Forward(Tensor.From([float.NaN, 1], [1, 2]));
            Assert.Equal([float.NaN], all![..1]);
            Assert.Single(broken!);
        }
    }

    sealed class Loose : Module
    {
        readonly Linear linear;
        readonly BatchNorm1d norm;
        readonly Sequential rest;

        public Loose()
        {
            linear = Register("linear", new Linear(3, 4, generator: new Generator(1)));
            norm = Register("norm", new BatchNorm1d(4));
            rest = RegisterChain(("relu", new ReLU()), ("last", new Linear(4, 2, generator: new Generator(2))));
        }

        public override Tensor Forward(Tensor input) => rest.Forward(norm.Forward(linear.Forward(input)));
    }

    [Fact]
    public void Layers_are_seen_wherever_they_are_called()
    {
        var model = new Loose();
        List<string> seen = [];
        using (var probe = Probe.Attach(model).OnBatchNorm("norm", pass => seen.Add(pass.Name)).OnForward("relu", pass => seen.Add(pass.Name))
            .OnForward("linear", pass => seen.Add($"{pass.Name} {pass.Input.Shape} {pass.Output.Shape}")).OnForward("", pass => seen.Add("all")))
        {
            model.Forward(Draw.Data([5, 3], 7));
            Assert.Equal(["linear [5, 3] [5, 4]", "norm", "relu", "all"], seen);
            Assert.Equal("Probe: there is no layer \"lin\" in Loose. There are linear, norm, relu, last.",
                Assert.Throws<ArgumentException>(() => probe.OnForward("lin", static _ => { })).Message);
            Assert.Equal("Probe: relu is no batch normalization but ReLU().",
                Assert.Throws<ArgumentException>(() => probe.OnBatchNorm("relu", static _ => { })).Message);
        }
    }

    [Fact]
    public void Mistakes_with_values_are_refused()
    {
        var model = new Sequential(new ReLU());
        using (Probe.Attach(model).OnForward("0", static pass => pass.Input.CopyTo(new float[5])))
            Refused("ObservedValues [3, 2]: expected room for 6 values, got room for 5.", [3, 2]);
        using (Probe.Attach(model).OnForward("0", static pass => pass.Input.CopyChannel(2, new float[3])))
            Refused("ObservedValues [3, 2]: there is no channel 2; there are 2.", [3, 2]);
        using (Probe.Attach(model).OnForward("0", static pass => pass.Input.CopyChannel(1, new float[2])))
            Refused("ObservedValues [3, 2]: a channel has 3 values, got room for 2.", [3, 2]);
        using (Probe.Attach(model).OnForward("0", static pass => pass.Input.ChannelQuantiles(0, 0.5)))
            Refused("ObservedValues [3]: expected [N, C, ...], which has channels.", [3]);
        using (Probe.Attach(model).OnForward("0", static pass => pass.Input.Quantiles(15)))
            Refused("ObservedValues: expected shares from 0 to 1, got 15.", [3, 2]);

        void Refused(string message, Shape shape) =>
            Assert.Equal(message, Assert.Throws<ArgumentException>(() => model.Forward(Draw.Data(shape, 8))).Message);
    }
}
