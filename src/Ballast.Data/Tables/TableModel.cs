namespace Ballast;

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

    /// <summary>R2, the accuracy, or of labels the mean area under the receiver operating characteristic, on them.</summary>
    public double Metric { get; init; }

    /// <summary>By how much 90 % of the predictions are off at the most; null for classes and labels.</summary>
    public double? Interval { get; init; }

    /// <summary>The outputs for the rows of a table: [rows][outputs]; numbers in the target's units, or the probabilities of
    /// classes or labels.</summary>
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
        float[] all = (Schema.Task switch
        {
            TableTask.Regression => given,
            TableTask.MultiLabel => given.Sigmoid(),
            _ => given.Softmax(),
        }).ToArray();
        return [.. rows.Select(i => Schema.Task == TableTask.Regression
            ? [(float)(all[i] * Schema.Target.Std + Schema.Target.Mean)] : all[(i * outputs)..((i + 1) * outputs)])];
    }

    /// <summary>The loss and the metric of a table with what is to be predicted: <see cref="TableDataset.OpenLabelled"/>.</summary>
    /// <exception cref="ArgumentException">A table of another schema.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public Evaluation Evaluate(TableDataset data, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (data.Schema != Schema)
            throw new ArgumentException("The table is of another schema. Open it by the model's: TableDataset.OpenLabelled(path, model.Schema).");
        return Evaluation.Run(Module, data.Samples([.. Enumerable.Range(0, data.Count)]), new EvaluationOptions
        {
            Loss = TableTraining.LossOf(Schema.Task),
            Metrics = [TableTraining.MetricOf(Schema.Task)],
        }, cancellation);
    }

    /// <summary>A trained network with how good it is on rows that it was not trained on.</summary>
    /// <param name="data">The table.</param>
    /// <param name="network">The network, which is put into evaluation mode.</param>
    /// <param name="held">The rows held out.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static TableModel Of(TableDataset data, TableNetwork network, IReadOnlyList<int> held, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(network);
        network.Eval();
        var (samples, metric) = (data.Samples(held), TableTraining.MetricOf(data.Schema.Task));
        var tested = Evaluation.Run(
            network, samples, new EvaluationOptions { Loss = TableTraining.LossOf(data.Schema.Task), Metrics = [metric] }, cancellation);
        return new TableModel(data.Schema, network)
        {
            HeldOut = held.Count,
            Loss = tested.Loss,
            Metric = metric.Value,
            Interval = data.Schema.Task == TableTask.Regression ? IntervalOf(data, held, network) : null,
        };
    }

    // The size that 90 % of the errors on the rows held out do not exceed, as split conformal prediction takes it; in units of the target.
    static double IntervalOf(TableDataset data, IReadOnlyList<int> held, TableNetwork network)
    {
        float[] outputs = Prediction.Outputs(network, data.Samples(held), 1024)[0].ToArray();
        List<double> errors = [.. held.Select((row, i) => Math.Abs((double)outputs[i] - data.Target(row)))];
        errors.Sort();
        int place = (int)Math.Ceiling(0.9 * (errors.Count + 1)) - 1;
        return errors[Math.Min(place, errors.Count - 1)] * data.Schema.Target.Std;
    }

    /// <summary>What is kept beside the weights, by its name: the schema, and how good they are.</summary>
    public IReadOnlyDictionary<string, string> Metadata => new Dictionary<string, string>(MetadataOf(Schema))
    {
        [IntervalKey] = Text(Interval ?? 0),
        [MetricKey] = Text(Metric),
        [LossKey] = Text(Loss),
        [HeldOutKey] = $"{HeldOut}",
    };

    /// <summary>What is kept beside weights of which it is not known how good they are.</summary>
    public static IReadOnlyDictionary<string, string> MetadataOf(TableSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return new Dictionary<string, string> { [SchemaKey] = schema.ToJson() };
    }

    /// <summary>Writes the weights, and beside them in the same file the schema and how good they are.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Save(string path) => StateFile.Save(path, Module.StateDict(), Metadata);

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">A damaged file, or weights of something else.</exception>
    /// <exception cref="IOException">There is no such file, or it cannot be read.</exception>
    public static TableModel Load(string path)
    {
        using var file = StateFile.Open(path);
        if (!file.Metadata.TryGetValue(SchemaKey, out string? json))
            throw new InvalidDataException($"{path} holds weights, and no table that they were trained on.");
        var schema = TableSchema.FromJson(json);
        var state = StateFile.Load(path);
        TableNetwork network;
        try
        {
            network = TableNetwork.From(schema, state);
        }
        catch (ArgumentException error)
        {
            throw new InvalidDataException(
                $"{path} holds a table and no weights of a network for it. {error.Message} Train again, or put back a copy of it.", error);
        }

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
