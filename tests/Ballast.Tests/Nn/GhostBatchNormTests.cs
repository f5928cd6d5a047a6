namespace Ballast.Tests.Nn;

/// <summary>Ghost batch normalization is batch normalization of each virtual batch: held against a formula in double, and against
/// whole networks that are given one virtual batch after another.</summary>
public sealed class GhostBatchNormTests
{
    // Rounding: see LayerGradientTests; running statistics are rounded once for each virtual batch.
    const double Tolerance = 1e-6;

    [Theory]
    [InlineData(12, 4, 5, 1)]
    [InlineData(12, 3, 19, 6)]
    [InlineData(8, 8, 5, 9)]
    [InlineData(64, 2, 70, 3)]
    public void Each_virtual_batch_has_its_own_statistics(int n, int size, int channels, int l)
    {
        Shape shape = l == 1 ? [n, channels] : [n, channels, l];
        var x = Draw.Weights(shape, 1);
        var layer = new GhostBatchNorm(channels, size);
        layer.Weight!.CopyFrom(Draw.Floats(channels, 2));
        layer.Bias!.CopyFrom(Draw.Floats(channels, 3));
        if (x.Length > 500)
            (layer.Weight.Frozen, layer.Bias.Frozen) = (true, true); // finite differences of all would take too long
        Parameter[] inputs = x.Length > 500 ? [] : [x, layer.Weight, layer.Bias];
        if (inputs.Length == 0)
        {
            double[] values = Array.ConvertAll(x.ToArray(), static value => (double)value);
            double[] gamma = Array.ConvertAll(layer.Weight.ToArray(), static value => (double)value);
            double[] beta = Array.ConvertAll(layer.Bias.ToArray(), static value => (double)value);
            Near.Equal(Chunked([values, gamma, beta]), layer.Forward(x).AsSpan(), 1e-5);
            return;
        }

        GradientCheck.Run(inputs, () => layer.Forward(x), Chunked);

        double[] Chunked(double[][] v) => [.. v[0].Chunk(size * channels * l).SelectMany(chunk =>
            Reference.Normalize(chunk, channels, l, v[1], v[2], 1e-5))];
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(null)]
    public void Running_statistics_take_in_one_virtual_batch_after_another(double? momentum)
    {
        var x = Draw.Data([12, 5, 7], 4);
        var ghost = new GhostBatchNorm(5, 3, momentum: momentum);
        var plain = new BatchNorm1d(5, momentum: momentum);
        for (int round = 0; round < 2; round++)
        {
            ghost.Forward(x);
            foreach (var chunk in Chunks(x, 4))
                plain.Forward(chunk);
        }

        Assert.Equal(8, ghost.NumBatchesTracked);
        Near.Equal(plain.RunningMean!.AsSpan(), ghost.RunningMean!.AsSpan(), Tolerance);
        Near.Equal(plain.RunningVar!.AsSpan(), ghost.RunningVar!.AsSpan(), Tolerance);
    }

    [Fact]
    public void Evaluation_knows_no_virtual_batches()
    {
        var x = Draw.Data([7, 5], 4);
        var ghost = new GhostBatchNorm(5, 4);
        ghost.Forward(Draw.Data([8, 5], 5));
        var plain = new BatchNorm1d(5);
        plain.LoadStateDict(ghost.StateDict());
        ghost.Eval();
        plain.Eval();
        Assert.Equal(Draw.Bits(plain.Forward(x).AsSpan()), Draw.Bits(ghost.Forward(x).AsSpan()));

        var untracked = new GhostBatchNorm(5, 4, trackRunningStats: false);
        untracked.Eval();
        var whole = new BatchNorm1d(5, trackRunningStats: false);
        Assert.Equal(Draw.Bits(whole.Forward(x).AsSpan()), Draw.Bits(untracked.Forward(x).AsSpan()));
    }

    /// <summary>Every way a normalization can lie in a network: behind a convolution and before one, with and without a ReLU, before
    /// a pool, and at the end.</summary>
    public static TheoryData<string> Networks => ["relu conv", "conv", "relu pool conv", "pool", "relu", "", "relu sigmoid"];

    internal static Sequential Network(Module norm, string behind)
    {
        var generator = new Generator(9);
        List<Module> layers = [new Conv2d(3, 16, 3, padding: 1, generator: generator), norm];
        foreach (string name in behind.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            layers.Add(name switch
            {
                "relu" => new ReLU(),
                "sigmoid" => new Sigmoid(),
                "pool" => new MaxPool2d(2),
                _ => new Conv2d(16, 5, 3, padding: 1, generator: generator),
            });
        }

        return new Sequential([.. layers]);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void A_network_computes_what_it_computes_of_each_virtual_batch(string behind)
    {
        var ghost = Network(new GhostBatchNorm(16, 2), behind);
        var plain = Network(new BatchNorm2d(16), behind);
        float[] gamma = Draw.Floats(16, 1), beta = Draw.Floats(16, 2);
        foreach (var net in new[] { ghost, plain })
        {
            net.Parameters().ElementAt(2).CopyFrom(gamma);
            net.Parameters().ElementAt(3).CopyFrom(beta);
        }

        Shape shape = [6, 3, 8, 8];
        var x = Draw.Weights(shape, 3);
        var y = ghost.Forward(x);
        float[] cotangent = new float[y.Length];
        new Generator(7).Normal(cotangent);
        float[] found = y.ToArray();
        y.Backward(Tensor.From(cotangent, y.Shape));

        List<float> expected = [], slopes = [];
        var parts = Chunks(x, 3);
        for (int i = 0; i < parts.Length; i++)
        {
            var part = new Parameter(parts[i]);
            var one = plain.Forward(part);
            expected.AddRange(one.ToArray());
            one.Backward(Tensor.From(cotangent.AsSpan(i * one.Length, one.Length).ToArray(), one.Shape));
            slopes.AddRange(part.Grad!.ToArray());
        }

        Near.Equal(expected.ToArray(), found, 1e-5, "output");
        Near.Equal(slopes.ToArray(), x.Grad!.AsSpan(), 2e-5, "input's gradient");
        foreach (var (a, b) in plain.NamedParameters().Zip(ghost.NamedParameters()))
        {
            // The gradient of a bias before a normalization is 0: what is left is the rounding of sums of 384 values of about 1.
            double tolerance = a.Name == "0.bias" ? 1e-4 : 2e-5;
            Near.Equal(a.Parameter.Grad!.AsSpan(), b.Parameter.Grad!.AsSpan(), tolerance, a.Name);
        }

        foreach (var (a, b) in plain.StateDict().Zip(ghost.StateDict()).Where(static pair => pair.First.Key.Contains("running", StringComparison.Ordinal)))
            Near.Equal(a.Value.Tensor.AsSpan(), b.Value.Tensor.AsSpan(), 1e-6, a.Key);
    }

    [Fact]
    public void A_batch_that_is_not_made_of_virtual_ones_is_refused()
    {
        var layer = new GhostBatchNorm(5, 4);
        var error = Assert.Throws<ArgumentException>(() => layer.Forward(Tensor.Zeros([10, 5])));
        Assert.Equal(
            "GhostBatchNorm(5, 4): virtual batches of 4 do not divide the batch of 10 in the input [10, 5]. Use a batch size that is a multiple of 4 and drop the last incomplete batch (DataLoader with dropLast: true), or a virtual batch that divides both.",
            error.Message);
        Assert.Contains("more than 1 value per channel in a virtual batch", Assert.Throws<ArgumentException>(
            () => new GhostBatchNorm(5, 1).Forward(Tensor.Zeros([4, 5]))).Message, StringComparison.Ordinal);
        new GhostBatchNorm(5, 1).Forward(Draw.Data([4, 5, 2], 1)); // two values each
        Assert.Contains("expected input [N, 5], [N, 5, L], [N, 5, H, W] or [N, 5, D, H, W], got [4, 6]. The layer before it must produce 5 features.",
            Assert.Throws<ArgumentException>(() => layer.Forward(Tensor.Zeros([4, 6]))).Message, StringComparison.Ordinal);
        Assert.Contains("got [5]. A single sample is a batch of one", Assert.Throws<ArgumentException>(
            () => layer.Forward(Tensor.Zeros([5]))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new GhostBatchNorm(5, 0));
        Assert.Equal(0, layer.NumBatchesTracked);
    }

    [Fact]
    public void A_last_batch_that_is_not_made_of_virtual_ones_is_refused_before_training_starts()
    {
        var model = new Sequential(new Flatten(), new Linear(12, 8), new GhostBatchNorm(8, 5), new Linear(8, 3));
        var state = Draw.Bits(model.StateDict());
        var error = Assert.Throws<ArgumentException>(() => new Trainer(
            model, new Adam(model.Parameters()), new DataLoader(SmallTask.Dataset(43), 10), new TrainerOptions { Epochs = 1 }).Fit());
        Assert.StartsWith("43 samples in batches of 10 leave a last batch of 3. GhostBatchNorm(8, 5): virtual batches of 5", error.Message, StringComparison.Ordinal);
        Assert.Equal(state, Draw.Bits(model.StateDict()));
        new Trainer(
            model, new Adam(model.Parameters()), new DataLoader(SmallTask.Dataset(43), 10, dropLast: true), new TrainerOptions { Epochs = 1 }).Fit();
    }

    internal static Tensor[] Chunks(Tensor x, int count)
    {
        int[] sizes = x.Shape.ToArray();
        sizes[0] /= count;
        return [.. x.ToArray().Chunk(x.Length / count).Select(values => Tensor.From(values, new Shape(sizes)))];
    }

    // The law of total variance: within the virtual batches and between them.
    [Fact]
    public void A_probe_is_shown_the_statistics_of_the_whole_batch()
    {
        float[] values = [.. Draw.Floats(6 * 2, 1), .. Draw.Floats(6 * 2, 2).Select(static value => value + 5)];
        var model = new Sequential(new GhostBatchNorm(2, 6));
        double[] mean = [], variance = [];
        using var probe = Probe.Attach(model).OnBatchNorm(pass => (mean, variance) = (pass.Mean.ToArray(), pass.Variance.ToArray()));
        model.Forward(Tensor.From(values, [12, 2]));
        for (int c = 0; c < 2; c++)
        {
            double[] channel = [.. Enumerable.Range(0, 12).Select(n => (double)values[2 * n + c])];
            double average = channel.Average();
            Assert.Equal(average, mean[c], 1e-6);
            Assert.Equal(channel.Average(value => (value - average) * (value - average)), variance[c], 1e-5);
        }
    }

    [Fact]
    public void Frozen_in_training_mode_it_uses_its_running_statistics_and_leaves_them_alone()
    {
        var norm = new GhostBatchNorm(2, 6);
        norm.Forward(Tensor.From(Draw.Floats(12 * 2, 1), [12, 2]));
        var input = Tensor.From(Draw.Floats(12 * 2, 2), [12, 2]);
        norm.Eval();
        float[] expected = norm.Forward(input).ToArray();
        float[] mean = norm.RunningMean!.ToArray(), variance = norm.RunningVar!.ToArray();
        norm.Train();
        Freezing.Freeze(norm);
        Assert.Equal(expected, norm.Forward(input).ToArray());
        Assert.Equal(mean, norm.RunningMean.ToArray());
        Assert.Equal(variance, norm.RunningVar.ToArray());
    }
}
