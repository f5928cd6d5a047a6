using Ballast.Lab;

namespace Ballast.Cli;

/// <summary>A time series as what a run learns.</summary>
sealed class LearnedSeries : FileTask
{
    const int MostDrawn = 400, MostTargets = 3;

    readonly SeriesTable table;
    readonly SeriesParts parts;

    /// <summary>Reads it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="file">How it is read.</param>
    /// <param name="settings">The share that is held out.</param>
    /// <exception cref="ArgumentException">Sizes or a share out of range.</exception>
    /// <exception cref="InvalidDataException">A series that cannot be read or used.</exception>
    /// <exception cref="IOException">There is no such file, or it cannot be read.</exception>
    public LearnedSeries(string path, FileSettings file, RunSettings settings)
    {
        table = SeriesTable.Open(path, file.Time, file.Ignore);
        parts = SeriesParts.Of(table, new SeriesOptions
        {
            Targets = file.Targets,
            Window = file.Window!.Value,
            Horizon = file.Horizon ?? 1,
            Stride = file.Stride ?? 1,
            Network = file.Lstm == true ? SeriesNetworkKind.Lstm : SeriesNetworkKind.Convolution,
        }, settings.Does.Validation);
        Files = [FileTasks.Describe(path)];
    }

    public override string Samples => "windows";

    public override Dataset Trained => parts.Trained;

    public override Dataset Held => parts.Held;

    public override IReadOnlyList<DataFile> Files { get; }

    public override int BatchSize => TableTraining.BatchSizeOf(parts.Trained.Count);

    public override Func<Tensor, Tensor, Tensor>? Loss => new MSELoss().Forward;

    public override IReadOnlyList<TrainerMetric> MakeMetrics() => [new R2Score()];

    public override Module Build() => new SeriesNetwork(parts.Schema);

    public override IReadOnlyDictionary<string, string> Metadata => SeriesModel.MetadataOf(parts.Schema);

    public override IEnumerable<string> Describe()
    {
        var schema = parts.Schema;
        yield return $"{table.Rows} rows, to predict {schema.Horizon} of {string.Join(", ", schema.Targets)} from the {schema.Window} before:";
        string more = schema.Columns.Count > 20 ? $" and {schema.Columns.Count - 20} more" : "";
        yield return $"  numbers: {string.Join(", ", schema.Columns.Take(20))}{more}";
        yield return table.Time is null ? "  in the order of the rows" : $"  in the order of {table.Time}";
        yield return $"  {parts.Trained.Count} windows to train on, {parts.Held.Count} of the last rows held out";
        if (parts.Skipped > 0)
            yield return $"  {parts.Skipped} windows are left out because a value is missing in them";
    }

    public override FileResult Look(Module network, CancellationToken cancellation)
    {
        var model = SeriesModel.Of(parts, (SeriesNetwork)network, cancellation);
        var (said, was) = SeriesModel.Outcomes(parts.Held, model.Module, cancellation);
        return new FileResult(Evaluation.Run(network, Held, Evaluated, cancellation), model.Metadata)
        {
            Findings = new RunFindings
            {
                Forecasts = [.. Enumerable.Range(0, Math.Min(MostTargets, model.Schema.Targets.Count)).Select(k => Forecast(k, said, was, model))],
            },
        };
    }

    ForecastFindings Forecast(int target, float[] said, float[] was, SeriesModel model)
    {
        var (schema, held) = (model.Schema, parts.Held);
        int horizon = schema.Horizon, outputs = schema.Targets.Count * horizon, column = schema.TargetColumns[target], columns = schema.Columns.Count;
        var values = table.Values.AsSpan();
        var (own, last) = (new double[horizon], new double[horizon]);
        // Forecasts that do not overlap, one after the other.
        List<ForecastPoint> points = [];
        int from = int.MinValue;
        for (int i = 0; i < held.Count; i++)
        {
            int first = held.FirstRow(i) + schema.Window;
            float known = values[(first - 1) * columns + column];
            for (int k = 0; k < horizon; k++)
            {
                int at = i * outputs + target * horizon + k;
                own[k] += Math.Abs((double)said[at] - was[at]) / held.Count;
                last[k] += Math.Abs((double)known - was[at]) / held.Count;
                if (first >= from)
                    points.Add(new ForecastPoint(first + k + 1, was[at], said[at], model.Intervals[target * horizon + k]));
            }

            if (first >= from)
                from = first + horizon;
        }

        return new ForecastFindings(schema.Targets[target], [.. points.TakeLast(MostDrawn)], own, last);
    }
}
