namespace Ballast.Tests.Nn;

/// <summary>Statistics shared by several workers: outputs, gradients and running statistics are those of one worker on the joined
/// batch.</summary>
public sealed class SyncBatchNormTests
{
    // Sums of float products are cut in other places: what a worker adds up in one piece, one alone does in another.
    const double Tolerance = 1e-6;

    static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    static Tensor Part(float[] values, Shape whole, int first, int count)
    {
        int each = values.Length / whole[0];
        int[] sizes = whole.ToArray();
        sizes[0] = count;
        return Tensor.From(values.AsSpan(first * each, count * each).ToArray(), new Shape(sizes));
    }

    /// <summary>Batches of workers, of the same and of different sizes, one empty, one of a single value a channel.</summary>
    public static TheoryData<string> Batches => ["4 4", "1 6", "3 1 2", "5 0 3", "1 1 1 1"];

    [Theory]
    [MemberData(nameof(Batches))]
    public void Workers_compute_what_one_does_on_the_joined_batch(string batches)
    {
        foreach (Shape sample in new Shape[] { [5], [5, 3], [5, 4, 3] })
        {
            foreach (double? momentum in new double?[] { 0.1, null })
                Compare(Array.ConvertAll(batches.Split(' '), int.Parse), sample, momentum);
        }
    }

    static void Compare(int[] counts, Shape sample, double? momentum)
    {
        Shape shape = sample.Batched(counts.Sum());
        float[] values = Draw.Floats(shape.Length, 1), cotangent = Draw.Floats(shape.Length, 2);
        float[] gamma = Draw.Floats(5, 3), beta = Draw.Floats(5, 4);
        var one = new GhostBatchNorm(5, counts.Sum(), momentum: momentum);
        one.Weight!.CopyFrom(gamma);
        one.Bias!.CopyFrom(beta);
        var whole = new Parameter(Tensor.From(values, shape));
        float[] expected = one.Forward(whole).ToArray();
        one.Forward(whole).Backward(Tensor.From(cotangent, shape));

        float[] dgamma = new float[5], dbeta = new float[5];
        var states = new StateDict[counts.Length];
        ThreadCommunicator.Run(counts.Length, communicator =>
        {
            int first = counts.Take(communicator.Rank).Sum(), count = counts[communicator.Rank], each = shape.Length / counts.Sum();
            var layer = new SyncBatchNorm(5, communicator, momentum: momentum);
            layer.Weight!.CopyFrom(gamma);
            layer.Bias!.CopyFrom(beta);
            var x = new Parameter(Part(values, shape, first, count));
            Near.Equal(expected.AsSpan(first * each, count * each), layer.Forward(x).AsSpan(), Tolerance, "output");
            layer.Forward(x).Backward(Part(cotangent, shape, first, count));
            Near.Equal(whole.Grad!.AsSpan().Slice(first * each, count * each), x.Grad!.AsSpan(), Tolerance, "input's gradient");
            states[communicator.Rank] = layer.StateDict();
            lock (dgamma)
            {
                for (int c = 0; c < 5; c++)
                {
                    dgamma[c] += layer.Weight.Grad!.AsSpan()[c];
                    dbeta[c] += layer.Bias.Grad!.AsSpan()[c];
                }
            }
        }, Limit);

        Near.Equal(one.Weight.Grad!.AsSpan(), dgamma, Tolerance, "gamma");
        Near.Equal(one.Bias.Grad!.AsSpan(), dbeta, Tolerance, "beta");
        foreach (var state in states)
        {
            Assert.Equal(Draw.Bits(states[0]), Draw.Bits(state));
            Near.Equal(one.RunningMean!.AsSpan(), state["running_mean"].Tensor.AsSpan(), Tolerance, "running mean");
            Near.Equal(one.RunningVar!.AsSpan(), state["running_var"].Tensor.AsSpan(), Tolerance, "running variance");
            Assert.Equal(2, state["num_batches_tracked"].Number);
        }
    }

    static Sequential Network() => new(
        new Conv2d(3, 16, 3, padding: 1), new BatchNorm2d(16), new ReLU(), new MaxPool2d(2), new Conv2d(16, 16, 3, padding: 1, stride: 2),
        new BatchNorm2d(16), new ReLU(), new Flatten(), new Linear(16 * 2 * 2, 8), new BatchNorm1d(8), new ReLU(), new Linear(8, 4));

    static float[] Train(ThreadCommunicator? communicator, int steps, float[] images, int[] labels, int batch)
    {
        var net = Network();
        if (communicator is not null)
            Assert.Same(net, SyncBatchNorm.Convert(net, communicator));
        var optimizer = new SGD(net.Parameters(), 0.05f, momentum: 0.9f);
        int mine = batch / (communicator?.Size ?? 1), each = 3 * 8 * 8;
        for (int step = 0; step < steps; step++)
        {
            int first = step * batch + mine * (communicator?.Rank ?? 0);
            optimizer.ZeroGrad();
            var output = net.Forward(Tensor.From(images.AsSpan(first * each, mine * each).ToArray(), [mine, 3, 8, 8]));
            var loss = new CrossEntropyLoss().Forward(output, Tensor.FromInt64(labels.AsSpan(first, mine)));
            loss.Backward();
            communicator?.AverageGradients(net.Parameters());
            optimizer.Step();
        }

        return [.. net.StateDict().Where(static entry => entry.Value.Number is null).SelectMany(static entry => entry.Value.Tensor.ToArray())];
    }

    // Five steps of momentum carry on what rounding makes different.
    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void A_converted_network_trains_as_one_worker_does_on_the_joined_batch(int size)
    {
        using var generator = Generator.UseDefault(new Generator(11));
        float[] images = Draw.Floats(5 * 16 * 3 * 8 * 8, 1);
        int[] labels = [.. Enumerable.Range(0, 5 * 16).Select(static i => i % 4)];
        var states = new float[size][];
        ThreadCommunicator.Run(size, communicator => states[communicator.Rank] = Train(communicator, 5, images, labels, 16), Limit);
        float[] expected = Train(null, 5, images, labels, 16);
        foreach (float[] state in states)
        {
            Assert.Equal(Draw.Bits(states[0]), Draw.Bits(state));
            Near.Equal(expected, state, 1e-4);
        }

        float[][] again = new float[size][];
        ThreadCommunicator.Run(size, communicator => again[communicator.Rank] = Train(communicator, 5, images, labels, 16), Limit);
        Assert.Equal(Draw.Bits(states[0]), Draw.Bits(again[0]));
    }

    [Fact]
    public void Evaluation_and_a_rehearsal_wait_for_nobody()
    {
        var alone = ThreadCommunicator.Create(2, TimeSpan.FromMilliseconds(200))[0];
        var net = new Sequential(new Flatten(), new Linear(12, 8), SyncBatchNorm.Convert(new BatchNorm1d(8), alone), new Linear(8, 3));
        Trainer.Rehearse(net, new DataLoader(SmallTask.Dataset(43), 6)); // a last batch of one sample: the other worker may have more
        net.Eval();
        net.Forward(Draw.Data([1, 3, 2, 2], 1));
        net.Train();
        Freezing.Freeze(net);
        net.Forward(Draw.Data([4, 3, 2, 2], 1));
        Freezing.Unfreeze(net);
        Assert.Contains("Worker 1 of 2 did not come within 0.2 s.", Assert.Throws<CommunicationException>(
            () => net.Forward(Draw.Data([4, 3, 2, 2], 1))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_single_value_with_all_workers_is_refused_by_all()
    {
        string[] messages = new string[2];
        ThreadCommunicator.Run(2, communicator => messages[communicator.Rank] = Assert.Throws<ArgumentException>(
            () => new SyncBatchNorm(3, communicator).Forward(Tensor.Zeros([communicator.Rank, 3]))).Message, Limit);
        Assert.All(messages, static message => Assert.Contains(
            "SyncBatchNorm(3): expected more than 1 value per channel when training, got 1 in the batches of 2 workers", message, StringComparison.Ordinal));
    }

    [Fact]
    public void Conversion_keeps_the_layers_and_leaves_others_alone()
    {
        var communicator = ThreadCommunicator.Create(1)[0];
        var norm = new BatchNorm2d(3);
        var ghost = new GhostBatchNorm(3, 2);
        var net = new Sequential(norm, ghost);
        var keys = net.StateDict().Keys.ToList();
        SyncBatchNorm.Convert(net, communicator);
        Assert.Same(communicator, norm.Communicator);
        Assert.Null(ghost.Communicator);
        Assert.Equal(keys, net.StateDict().Keys);
        net.Forward(Draw.Data([4, 3, 2, 2], 1)); // one worker is the batch alone
        Assert.Throws<ArgumentNullException>(() => new SyncBatchNorm(3, null!));
    }
}
