namespace Ballast;

/// <summary>How a network learns a table.</summary>
public sealed record TableTraining
{
    /// <summary>The most epochs: 100.</summary>
    public int Epochs { get; init; } = 100;

    /// <summary>After how many epochs without a better validation training stops: 16.</summary>
    public int Patience { get; init; } = 16;

    /// <summary>The share of the rows that is held out: 0.2.</summary>
    public double Validation { get; init; } = 0.2;

    /// <summary>How many rows a mini-batch has; null, the default, for a thirtieth of the rows, from 16 to 256.</summary>
    public int? BatchSize { get; init; }

    /// <summary>The step size of AdamW at the beginning; it falls along a cosine: 2e-3.</summary>
    public float LearningRate { get; init; } = 2e-3f;

    /// <summary>The weight decay: 1e-2.</summary>
    public float WeightDecay { get; init; } = 1e-2f;

    /// <summary>The seed of weights, order and the rows that are held out: 42.</summary>
    public long Seed { get; init; } = 42;

    /// <summary>The rows of as many that are trained on and those held out, in a random order.</summary>
    /// <exception cref="ArgumentException">A share that leaves too few on one side.</exception>
    public (int[] Train, int[] Held) Split(int count)
    {
        int held = (int)Math.Round(count * Validation);
        if (Validation is not (> 0 and < 1) || held == 0 || count - held < 4)
            throw new ArgumentException(FormattableString.Invariant(
                $"A validation share of {Validation} of {count} rows leaves too few on one side. Choose one between 0 and 1, such as 0.2."));
        int[] order = new Generator(Seed).Permutation(count);
        return (order[..^held], order[^held..]);
    }

    /// <summary>Trains a network on a table.</summary>
    /// <param name="data">The table, whose schema was made of the same <see cref="Split"/>.</param>
    /// <param name="report">Told of each epoch; null for nobody.</param>
    /// <param name="cancellation">Stops between two mini-batches.</param>
    /// <returns>The network of the best epoch, and how good it is on the rows held out.</returns>
    /// <exception cref="ArgumentException">A setting out of range.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public TableModel Fit(TableDataset data, Action<TableEpoch>? report = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (Epochs < 1 || Patience < 1 || BatchSize is < 2)
        {
            throw new ArgumentException(
                $"Expected 1 or more epochs and patience and 2 or more rows a batch, got {Epochs}, {Patience} and {BatchSize}.");
        }

        var (train, held) = Split(data.Count);
        using var drawn = Generator.UseDefault(new Generator(Seed));    // of this thread alone
        var network = new TableNetwork(data.Schema);
        var optimizer = new AdamW(network.Parameters(), LearningRate, weightDecay: WeightDecay);
        int size = Math.Min(BatchSize ?? Math.Clamp(train.Length / 30, 16, 256), train.Length);
        int batches = train.Length / size + (train.Length % size > 1 ? 1 : 0);
        var loss = LossOf(data.Schema.Task);
        TrainerMetric metric = data.Schema.Task == TableTask.Regression ? new R2Score() : new Accuracy();
        var measured = new EvaluationOptions { Loss = loss, Metrics = [metric], BatchSize = 1024 };
        var heldOut = data.Samples(held);
        var best = (Loss: double.PositiveInfinity, Epoch: 0, State: network.StateDict(), Metric: 0.0);
        for (int epoch = 1; epoch <= Epochs && epoch - best.Epoch <= Patience; epoch++)
        {
            network.Train();
            int[] order = Generator.Default.Permutation(train.Length);
            double sum = 0;
            for (int batch = 0; batch < batches; batch++)
            {
                cancellation.ThrowIfCancellationRequested();
                double done = (epoch - 1 + batch / (double)batches) / Epochs;
                optimizer.LearningRate = (float)(LearningRate * 0.5 * (1 + Math.Cos(Math.PI * done)));
                int[] rows = [.. order.AsSpan(batch * size, Math.Min(size, train.Length - batch * size)).ToArray().Select(i => train[i])];
                optimizer.ZeroGrad();
                var mean = loss(network.Forward(data.Inputs(rows)), data.Targets(rows));
                mean.Backward();
                optimizer.Step();
                sum += mean.Item();
            }

            var tested = Evaluation.Run(network, heldOut, measured, CancellationToken.None);
            if (!double.IsFinite(sum) || !double.IsFinite(tested.Loss))
                throw new ArgumentException("The loss is not finite. Choose a smaller learning rate.");
            bool isBest = tested.Loss < best.Loss;
            if (isBest)
                best = (tested.Loss, epoch, network.StateDict(), metric.Value);
            report?.Invoke(new TableEpoch(epoch, sum / batches, tested.Loss, metric.Value, isBest));
        }

        network.LoadStateDict(best.State);
        network.Eval();
        return new TableModel(data.Schema, network)
        {
            HeldOut = held.Length,
            Loss = best.Loss,
            Metric = best.Metric,
            Interval = Interval(data, held, network),
        };
    }

    static Func<Tensor, Tensor, Tensor> LossOf(TableTask task) =>
        task == TableTask.Regression ? new MSELoss().Forward : new CrossEntropyLoss().Forward;

    // The size that 90 % of the errors on the rows held out do not exceed, as split conformal prediction takes it; in units of the target.
    static double? Interval(TableDataset data, int[] held, TableNetwork network)
    {
        if (data.Schema.Task != TableTask.Regression)
            return null;
        float[] outputs = Prediction.Outputs(network, data.Samples(held), 1024)[0].ToArray();
        List<double> errors = [.. held.Select((row, i) => Math.Abs((double)outputs[i] - data.Target(row)))];
        errors.Sort();
        int place = (int)Math.Ceiling(0.9 * (errors.Count + 1)) - 1;
        return errors[Math.Min(place, errors.Count - 1)] * data.Schema.Target.Std;
    }
}

/// <summary>How training went in an epoch.</summary>
/// <param name="Epoch">Its number, from 1.</param>
/// <param name="Loss">The mean loss of its mini-batches: the squared error of the standardized target, or the cross entropy.</param>
/// <param name="HeldOutLoss">The loss on the rows held out.</param>
/// <param name="Metric">R2 or the accuracy on them.</param>
/// <param name="IsBest">Whether no epoch before was as good.</param>
public readonly record struct TableEpoch(int Epoch, double Loss, double HeldOutLoss, double Metric, bool IsBest);

/// <summary>A network that has learned a table, with all that is needed to use it.</summary>
/// <param name="Schema">The table.</param>
/// <param name="Module">The network.</param>
public sealed record TableModel(TableSchema Schema, TableNetwork Module)
{
    const string SchemaKey = "table", IntervalKey = "interval", MetricKey = "metric", LossKey = "loss", HeldOutKey = "heldOut";

    /// <summary>How many rows were held out.</summary>
    public int HeldOut { get; init; }

    /// <summary>The loss on them.</summary>
    public double Loss { get; init; }

    /// <summary>R2 or the accuracy on them.</summary>
    public double Metric { get; init; }

    /// <summary>By how much 90 % of the predictions are off at the most; null for classes.</summary>
    public double? Interval { get; init; }

    /// <summary>The outputs for the rows of a table: [rows][outputs]; numbers in the target's units, or the classes' probabilities.</summary>
    /// <exception cref="ArgumentException">A table of another schema.</exception>
    public float[][] Predict(TableDataset data, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (data.Schema.Inputs != Schema.Inputs)
            throw new ArgumentException(
                $"The table has rows of {data.Schema.Inputs} values. Expected {Schema.Inputs}: open it by the model's schema.");
        int[] rows = [.. Enumerable.Range(0, data.Count)];
        if (rows.Length == 0)
            return [];
        var given = Prediction.Outputs(Module, data.Samples(rows), 1024, cancellation)[0];
        int outputs = Schema.Outputs;
        float[] all = Schema.Task == TableTask.Regression ? given.ToArray() : given.Softmax().ToArray();
        return [.. rows.Select(i => Schema.Task == TableTask.Regression
            ? [(float)(all[i] * Schema.Target.Std + Schema.Target.Mean)] : all[(i * outputs)..((i + 1) * outputs)])];
    }

    /// <summary>Writes the weights, and beside them in the same file the schema and how good they are.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Save(string path) => StateFile.Save(path, Module.StateDict(), new Dictionary<string, string>
    {
        [SchemaKey] = Schema.ToJson(),
        [IntervalKey] = Text(Interval ?? 0),
        [MetricKey] = Text(Metric),
        [LossKey] = Text(Loss),
        [HeldOutKey] = $"{HeldOut}",
    });

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">A damaged file, or weights of something else.</exception>
    /// <exception cref="IOException">There is no such file, or it cannot be read.</exception>
    public static TableModel Load(string path)
    {
        using var file = StateFile.Open(path);
        if (!file.Metadata.TryGetValue(SchemaKey, out string? json))
            throw new InvalidDataException($"{path} holds weights, and no table that they were trained on.");
        var schema = TableSchema.FromJson(json);
        var network = new TableNetwork(schema, generator: new Generator(0));
        network.LoadStateDict(StateFile.Load(path));
        network.Eval();
        double interval = Number(file.Metadata, IntervalKey);
        return new TableModel(schema, network)
        {
            HeldOut = (int)Number(file.Metadata, HeldOutKey),
            Loss = Number(file.Metadata, LossKey),
            Metric = Number(file.Metadata, MetricKey),
            Interval = interval > 0 ? interval : null,
        };
    }

    static string Text(double value) => value.ToString("R", System.Globalization.CultureInfo.InvariantCulture);

    static double Number(IReadOnlyDictionary<string, string> metadata, string key) =>
        metadata.TryGetValue(key, out string? text)
            && double.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out double value) ? value : 0;
}
