using System.Globalization;

namespace Ballast;

/// <summary>A network that has learned a series, with all that is needed to go on with one.</summary>
/// <param name="Schema">The series.</param>
/// <param name="Module">The network.</param>
public sealed record SeriesModel(SeriesSchema Schema, SeriesNetwork Module)
{
    const string SchemaKey = "series", IntervalsKey = "intervals";

    /// <summary>By how much 90 % of the forecasts held out are off at the most, in the series' units: target by target, step by step; empty where
    /// it is not known.</summary>
    public IReadOnlyList<double> Intervals { get; init; } = [];

    /// <summary>A trained network with how far off it is on windows that it was not trained on.</summary>
    /// <param name="parts">The series.</param>
    /// <param name="network">The network, which is put into evaluation mode.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    public static SeriesModel Of(SeriesParts parts, SeriesNetwork network, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(parts);
        ArgumentNullException.ThrowIfNull(network);
        network.Eval();
        var (forecasts, truths) = Outcomes(parts.Held, network, cancellation);
        int outputs = parts.Held.TargetShape.Length, count = parts.Held.Count;
        int place = Math.Min(count, (int)Math.Ceiling(0.9 * (count + 1))) - 1;
        return new SeriesModel(parts.Schema, network)
        {
            Intervals = [.. Enumerable.Range(0, outputs).Select(k =>
                Enumerable.Range(0, count).Select(i => Error(i * outputs + k)).Order().ElementAt(place))],
        };

        double Error(int at) => Math.Abs((double)forecasts[at] - truths[at]);
    }

    /// <summary>What a network says of each window, and what was, in the series' units: [windows, targets, horizon].</summary>
    public static (float[] Forecasts, float[] Truths) Outcomes(
        SeriesDataset windows, SeriesNetwork network, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(windows);
        var said = windows.Unscale(Prediction.Outputs(network, windows, 512, cancellation)[0]);
        var truths = Tensor.Concat([.. Enumerable.Range(0, windows.Count).Select(i => windows.ReadTargets(i)[0].Unsqueeze(0))]);
        return (said.ToArray(), windows.Unscale(truths).ToArray());
    }

    /// <summary>What comes after the last row of a series: [targets, horizon] in its units.</summary>
    /// <exception cref="ArgumentException">Other columns.</exception>
    /// <exception cref="InvalidDataException">Fewer rows than a window has, or a value that is missing in the last of them.</exception>
    public float[] Predict(SeriesTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        if (!table.Columns.SequenceEqual(Schema.Columns))
            throw new ArgumentException(
                $"The series has the columns {string.Join(", ", table.Columns)}. Expected {string.Join(", ", Schema.Columns)}.");
        if (table.Rows < Schema.Window)
            throw new InvalidDataException($"{table.Path} has {table.Rows} rows. Expected {Schema.Window} or more: so many are predicted from.");
        int columns = Schema.Columns.Count, first = table.Rows - Schema.Window;
        var values = table.Values.AsSpan();
        float[] window = new float[columns * Schema.Window];
        for (int c = 0; c < columns; c++)
        {
            for (int t = 0; t < Schema.Window; t++)
            {
                float value = values[(first + t) * columns + c];
                if (!float.IsFinite(value))
                {
                    throw new InvalidDataException($"{table.Path}, row {first + t + 1}: {Schema.Columns[c]} is missing. The last {Schema.Window} "
                        + "rows are predicted from: fill it, or end the file before it.");
                }

                window[c * Schema.Window + t] = (value - Schema.Mean[c]) / Schema.Std[c];
            }
        }

        Module.Eval();
        using var off = Tensor.NoGrad();
        float[] said = Module.Forward(Tensor.From(window, [1, columns, Schema.Window])).ToArray();
        for (int k = 0; k < said.Length; k++)
        {
            int column = Schema.TargetColumns[k / Schema.Horizon];
            said[k] = said[k] * Schema.Std[column] + Schema.Mean[column];
        }

        return said;
    }

    /// <summary>What is kept beside the weights, by its name.</summary>
    public IReadOnlyDictionary<string, string> Metadata => new Dictionary<string, string>(MetadataOf(Schema))
    {
        [IntervalsKey] = string.Join(' ', Intervals.Select(static one => one.ToString("R", CultureInfo.InvariantCulture))),
    };

    /// <summary>What is kept beside weights of which it is not known how far off they are.</summary>
    public static IReadOnlyDictionary<string, string> MetadataOf(SeriesSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return new Dictionary<string, string> { [SchemaKey] = schema.ToJson() };
    }

    /// <summary>Writes the weights, and beside them in the same file the schema and how far off they are.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Save(string path) => StateFile.Save(path, Module.StateDict(), Metadata);

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">A damaged file, or weights of something else.</exception>
    /// <exception cref="IOException">There is no such file, or it cannot be read.</exception>
    public static SeriesModel Load(string path)
    {
        using var file = StateFile.Open(path);
        if (!file.Metadata.TryGetValue(SchemaKey, out string? json))
            throw new InvalidDataException($"{path} holds weights, and no series that they were trained on.");
        var schema = SeriesSchema.FromJson(json);
        var network = new SeriesNetwork(schema, generator: new Generator(0));
        network.LoadStateDict(StateFile.Load(path));
        network.Eval();
        string[] intervals = file.Metadata.GetValueOrDefault(IntervalsKey, "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new SeriesModel(schema, network)
        {
            Intervals = intervals.Length == schema.Targets.Count * schema.Horizon
                ? [.. intervals.Select(static text => double.TryParse(text, CultureInfo.InvariantCulture, out double one) ? one : 0)] : [],
        };
    }
}
