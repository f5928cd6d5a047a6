using System.Globalization;
using System.Text;
using Ballast.Lab;

namespace Ballast.Cli;

/// <summary>What a run's network says of another file, as CSV.</summary>
static class FilePrediction
{
    /// <summary>Whether a folder has a network that learned a file; one of before such runs had a <c>run.json</c> has its weights alone.</summary>
    public static bool IsRun(string run) => !Directory.Exists(run) ? false
        : !File.Exists(Path.Combine(run, "run.json")) ? File.Exists(Path.Combine(run, "weights.safetensors"))
        : RunFolder.Open(run).Record.File is not null;

    /// <summary>Prints the predictions of each row.</summary>
    /// <param name="run">The run's folder.</param>
    /// <param name="files">The file to predict.</param>
    /// <param name="weights">Other weights than the run's; null for these.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    public static int Run(string run, IReadOnlyList<string> files, string? weights, CancellationToken cancellation)
    {
        if (File.Exists(Path.Combine(run, "run.json")))
            RunPaths.Trained(run, "Predict with");
        if (files is not [var table] || Directory.Exists(table))
            throw new UsageException($"{run} learned a file. Give one file to predict: {CommandText.Of("ballast", "predict", run, "NEW.csv")}");
        if (File.Exists(Path.Combine(run, "run.json")) && RunFolder.Open(run).Record.File is { Kind: LearnedKind.Series })
            return Forecast(SeriesModel.Load(weights ?? FileTasks.Weights(run)), table);
        var model = TableModel.Load(weights ?? FileTasks.Weights(run));
        var data = TableDataset.Open(table, model.Schema);
        SayUnknown(data);
        var (schema, text) = (model.Schema, new StringBuilder());
        string name = schema.Target.Name;
        string[] heads = schema.Task switch
        {
            TableTask.MultiLabel => [.. schema.Targets.SelectMany(static label => new[] { label, $"probability {label}" })],
            TableTask.Classification => [name, .. schema.Target.Categories.Select(static one => $"probability {one}")],
            _ => model.Interval is null ? [name] : [name, $"{name} low", $"{name} high"],
        };
        text.AppendJoin(',', heads.Select(Quoted)).Append('\n');
        foreach (float[] row in model.Predict(data, cancellation))
        {
            text.AppendJoin(',', schema.Task switch
            {
                TableTask.MultiLabel => row.SelectMany(static one => new[] { one > 0.5f ? "1" : "0", Number(one) }),
                TableTask.Classification =>
                    [Quoted(schema.Target.Categories[Array.IndexOf(row, row.Max())]), .. row.Select(static one => Number(one))],
                _ => model.Interval is { } within ? [Number(row[0]), Number(row[0] - within), Number(row[0] + within)] : [Number(row[0])],
            }).Append('\n');
        }

        Write(text.ToString());
        return 0;
    }

    /// <summary>Says how many categories are new.</summary>
    public static void SayUnknown(TableDataset data)
    {
        if (data.Unknown > 0)
            Output.Say($"note: {data.Unknown} {(data.Unknown == 1 ? "value is a category" : "values are categories")} that no row trained on had; "
                + "they are taken as missing.");
    }

    // What comes after the file's last row.
    static int Forecast(SeriesModel model, string file)
    {
        var schema = model.Schema;
        var table = SeriesTable.Open(file, schema.Time, only: schema.Columns);
        float[] said = model.Predict(table);
        var text = new StringBuilder();
        string[] Heads(string target) => model.Intervals.Count == 0 ? [target] : [target, $"{target} low", $"{target} high"];
        text.AppendJoin(',', schema.Targets.SelectMany(Heads).Prepend(schema.Time ?? "step").Select(Quoted)).Append('\n');
        var times = table.Next(schema.Horizon);
        for (int step = 0; step < schema.Horizon; step++)
        {
            text.Append(Quoted(times[step]));
            for (int k = step; k < said.Length; k += schema.Horizon)
            {
                text.Append(',').Append(Number(said[k]));
                if (model.Intervals.Count > 0)
                    text.Append(',').Append(Number(said[k] - model.Intervals[k])).Append(',').Append(Number(said[k] + model.Intervals[k]));
            }

            text.Append('\n');
        }

        Write(text.ToString());
        return 0;
    }

    // A file gets the names as they are; on a terminal they cannot steer it.
    static void Write(string text) => Output.Guard(() => Output.Writer.Write(Output.IsTerminal ? Printable.Text(text) : text));

    /// <summary>A number in single precision, as it is read again.</summary>
    public static string Number(double value) => ((float)value).ToString("R", CultureInfo.InvariantCulture);

    static string Quoted(string text) =>
        text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
