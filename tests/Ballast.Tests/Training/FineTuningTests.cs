namespace Ballast.Tests.Training;

/// <summary>A trained network as body and head.</summary>
public class FineTuningTests
{
    static Sequential Net(long seed, int classes = 3)
    {
        using var generator = Generator.UseDefault(new Generator(seed));
        return new Sequential(
            new Conv2d(3, 8, 3, padding: 1, bias: false), new BatchNorm2d(8), new ReLU(), new MaxPool2d(2),
            new Conv2d(8, 16, 3, padding: 1, bias: false), new BatchNorm2d(16), new ReLU(), new GlobalAvgPool2d(), new Flatten(),
            new Dropout(0.5f), new Linear(16, classes));
    }

    static TensorDataset Data(int count, double shift = 0)
    {
        using var generator = Generator.UseDefault(new Generator(5));
        return new TensorDataset(
            Tensor.Randn([count, 3, 8, 8]) * 2 + shift, Tensor.FromInt64([.. Enumerable.Range(0, count).Select(static i => (long)(i % 3))]));
    }

    static string Bits(Module net) => string.Join('\n', net.StateDict().Select(static entry =>
        $"{entry.Key} {string.Join(',', entry.Value.Tensor.ElementType == ElementType.Float32
            ? entry.Value.Tensor.ToArray().Select(static value => BitConverter.SingleToInt32Bits(value)) : [(int)entry.Value.Number!.Value])}"));

    static Sequential Fit(bool keep, NormalizationMode mode, int threads)
    {
        int before = Compute.Threads;
        Compute.Threads = threads;
        try
        {
            var net = Net(1);
            FineTuning tuning = new(net);
            tuning.FreezeBody();
            tuning.Normalize(mode, new DataLoader(Data(37), 8, shuffle: true, generator: new Generator(0)));
            using var generator = Generator.UseDefault(new Generator(9));
            using var body = tuning.Begin();
            Dataset data = Data(37);
            if (keep)
                data = tuning.Keep(data, 5) ?? throw new InvalidOperationException("nothing was kept");
            var loader = new DataLoader(data, 8, shuffle: true);
            new Trainer(net, new Adam(tuning.Groups(1e-2, 1e-3)), loader, new TrainerOptions
            {
                Epochs = 3,
                Validation = new ValidationOptions(data) { Patience = 10 },
            }).Fit();
            return net;
        }
        finally
        {
            Compute.Threads = before;
        }
    }

    [Theory]
    [InlineData(NormalizationMode.Frozen)]
    [InlineData(NormalizationMode.Adapting)]
    public void Training_on_kept_features_gives_the_bits_of_training_on_the_samples(NormalizationMode mode)
    {
        string kept = Bits(Fit(true, mode, 2));
        Assert.Equal(Bits(Fit(false, mode, 2)), kept);
        Assert.Equal(Bits(Fit(true, mode, 1)), kept);
        Assert.NotEqual(Bits(Net(1)), kept);
    }

    [Fact]
    public void A_frozen_body_stays_to_the_bit_and_the_head_learns()
    {
        var (before, after) = (Net(1).StateDict(), Fit(true, NormalizationMode.Frozen, 1).StateDict());
        foreach (var (name, entry) in before)
        {
            bool same = entry.Tensor.ElementType != ElementType.Float32
                || entry.Tensor.ToArray().AsSpan().SequenceEqual(after[name].Tensor.ToArray());
            Assert.True(same != name.StartsWith("10.", StringComparison.Ordinal), name);
        }
    }

    [Fact]
    public void The_rates_of_head_and_body_are_their_own()
    {
        var net = Net(1);
        FineTuning tuning = new(net);
        var groups = tuning.Groups(ParameterGroups.Of(net, 0.1, decayNorms: false, biasLearningRateFactor: 2), 0.1, 0.01);
        Assert.Equal(
            [("[16, 8, 3, 3]", 0.01f, null), ("[8]", 0.01f, 0.0), ("[8]", 0.02f, 0), ("[3, 16]", 0.1f, null), ("[3]", 0.2f, 0)],
            groups.Select(static group => ($"{group.Parameters[^1].Shape}", (float)group.LearningRate!.Value, group.WeightDecay))
                .OrderBy(static group => group.Item2 == 0.1f || group.Item2 == 0.2f).ThenBy(static group => group.WeightDecay is not null)
                .ThenBy(static group => group.Item2)
                .Select(static group => group with { Item1 = group.Item1 == "[16]" ? "[8]" : group.Item1 }));

        float[] body = net.Parameters().First().ToArray(), head = net.Parameters().Last().ToArray();
        SGD optimizer = new(tuning.Groups(1, 0), 1);
        net.Forward(Tensor.Randn([4, 3, 8, 8])).Square().Sum().Backward();
        optimizer.Step();
        Assert.Equal(body, net.Parameters().First().ToArray());
        Assert.NotEqual(head, net.Parameters().Last().ToArray());
        tuning.FreezeBody();
        Assert.Single(tuning.Groups(1, 0.1));
    }

    [Fact]
    public void Normalizations_stay_move_or_are_measured_once()
    {
        float[] Mean(NormalizationMode mode, bool train)
        {
            var net = Net(1);
            FineTuning tuning = new(net);
            tuning.Normalize(mode, new DataLoader(Data(48, shift: 3), 16, shuffle: true, generator: new Generator(0)));
            net.Train();
            if (train)
                net.Forward(Data(48, shift: 3).Get(0).Inputs[0].Reshape([1, 3, 8, 8]));
            return net.StateDict()["1.running_mean"].Tensor.ToArray();
        }

        float[] old = Net(1).StateDict()["1.running_mean"].Tensor.ToArray();
        Assert.Equal(old, Mean(NormalizationMode.Frozen, train: true));
        Assert.NotEqual(old, Mean(NormalizationMode.Running, train: true));
        float[] adapted = Mean(NormalizationMode.Adapting, train: false);
        Assert.Equal(adapted, Mean(NormalizationMode.Adapting, train: true));

        // The mean of all values that come out of the convolution, in double.
        var first = Net(1)[0];
        double[] sums = new double[8];
        using (Tensor.NoGrad())
        {
            for (int i = 0; i < 48; i++)
            {
                float[] y = first.Forward(Data(48, shift: 3).Get(i).Inputs[0].Reshape([1, 3, 8, 8])).ToArray();
                for (int k = 0; k < y.Length; k++)
                    sums[k / 64] += y[k] / (48.0 * 64);
            }
        }

        for (int c = 0; c < 8; c++)
            Assert.Equal(sums[c], adapted[c], 1e-4);
    }

    [Fact]
    public void A_body_is_taken_over_without_the_head_and_refused_where_it_does_not_fit()
    {
        var (from, to) = (Net(1, classes: 7), Net(2));
        float[] head = to.StateDict()["10.weight"].Tensor.ToArray();
        FineTuning tuning = new(to);
        tuning.LoadBody(from.StateDict());
        Assert.Equal(from.StateDict()["4.weight"].Tensor.ToArray(), to.StateDict()["4.weight"].Tensor.ToArray());
        Assert.Equal(head, to.StateDict()["10.weight"].Tensor.ToArray());
        StateDict other = [];
        other.Add("fc.weight", Tensor.Zeros([3, 16]));
        string message = Assert.Throws<ArgumentException>(() => tuning.LoadBody(other)).Message;
        Assert.Contains("0.weight", message, StringComparison.Ordinal);
        Assert.Contains("fc.weight", message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_kept_is_not()
    {
        var net = Net(1);
        FineTuning tuning = new(net);
        Assert.Contains("the body learns", Assert.Throws<InvalidOperationException>(() => tuning.Keep(Data(8))).Message, StringComparison.Ordinal);
        tuning.FreezeBody();
        Assert.Null(tuning.Keep(Data(8), limit: 8 * 16 * 4 - 1));
        Assert.NotNull(tuning.Keep(Data(8), limit: 8 * 16 * 4));
        tuning.Normalize(NormalizationMode.Running);
        Assert.Contains("running statistics that move", Assert.Throws<InvalidOperationException>(() => tuning.Keep(Data(8))).Message, StringComparison.Ordinal);

        FineTuning same = new(new Sequential(new Linear(4, 4), new ReLU(), new Linear(4, 2)));
        same.FreezeBody();
        Assert.Null(same.Keep(new TensorDataset(Tensor.Randn([6, 4]), Tensor.FromInt64([0, 1, 0, 1, 0, 1]))));
    }

    [Fact]
    public void A_head_that_is_not_the_end_is_refused()
    {
        FineTuning tuning = new(new Sequential(new Linear(4, 3), new Softmax(1)));
        Assert.Contains("more follows it", Assert.Throws<ArgumentException>(() => tuning.Features(Tensor.Randn([2, 4]))).Message, StringComparison.Ordinal);
        Assert.Contains("no linear layer", Assert.Throws<ArgumentException>(() => new FineTuning(new ReLU())).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new FineTuning(new Linear(2, 2), new Linear(2, 2)));
        Assert.Throws<ArgumentException>(() => new FineTuning(new Linear(2, 2)).Groups(-1, 0));
    }
}
