namespace Ballast.Tests.Baseline;

/// <summary>What one training came to: hashes of the losses of all steps, of the state behind them (weights, statistics, counters,
/// and the optimizer's), and of what the network then answers in evaluation; and the last loss, to see by how much two differ.
/// </summary>
sealed record BaselineHashes(string Losses, string State, string Outputs, float LastLoss)
{
    /// <summary>Trains a network. Workers train one each, on batches of their own.</summary>
    public static BaselineHashes Of(BaselineTask task)
    {
        if (task.Workers == 1)
            return Of(task, null, 2);
        var all = new BaselineHashes[task.Workers];
        ThreadCommunicator.Run(task.Workers, communicator =>
            all[communicator.Rank] = Of(task, communicator, 2 + communicator.Rank));
        return new BaselineHashes(
            string.Concat(all.Select(static one => one.Losses)), string.Concat(all.Select(static one => one.State)),
            string.Concat(all.Select(static one => one.Outputs)), all[0].LastLoss);
    }

    static BaselineHashes Of(BaselineTask task, ICommunicator? communicator, int dataSeed)
    {
        using var generator = Generator.UseDefault(new Generator(1));
        var network = task.Network();
        if (communicator is not null)
            SyncBatchNorm.Convert(network, communicator);
        var optimizer = task.Optimizer(network);
        var data = new Generator(dataSeed);
        float[] losses = new float[task.Steps];
        for (int step = 0; step < task.Steps; step++)
        {
            var (inputs, targets) = task.Draw(data, task.BatchSize);
            optimizer.ZeroGrad();
            var loss = task.Loss(network.Forward(inputs), targets);
            loss.Backward();
            optimizer.Step();
            losses[step] = loss.Item();
        }

        network.Eval();
        using var noGradients = Tensor.NoGrad();
        float[] outputs = network.Forward(task.Draw(data, 5).Inputs).ToArray();
        return new BaselineHashes(
            Golden.Digest(losses), Golden.Digest([.. Draw.Bits(network.StateDict()), .. Draw.Bits(optimizer.StateDict())]),
            Golden.Digest(outputs), losses[^1]);
    }
}

/// <summary>A training of the baseline.</summary>
sealed record BaselineTask(Func<Module> Network, Shape Sample)
{
    public Func<Module, Optimizer> Optimizer { get; init; } = BaselineOptimizers.Adam;

    public Func<Tensor, Tensor, Tensor> Loss { get; init; } = new CrossEntropyLoss().Forward;

    public int BatchSize { get; init; } = 10;

    public int Steps { get; init; } = 200;

    /// <summary>How many workers share the statistics of batch normalizations.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>Normal values, moved by a tenth of their class, and the classes.</summary>
    public (Tensor Inputs, Tensor Targets) Draw(Generator generator, int count)
    {
        long[] classes = new long[count];
        generator.RandomIntegers(classes, 0, 10);
        float[] values = new float[count * Sample.Length];
        generator.Normal(values);
        for (int i = 0; i < values.Length; i++)
            values[i] += 0.1f * classes[i / Sample.Length];
        return (Tensor.From(values, Sample.Batched(count)), Tensor.FromInt64(classes));
    }
}
