using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Ballast.Lab;

namespace Ballast.Cli;

/// <summary><c>ballast train TABLE.csv --target COLUMN</c>, and the predictions of such a run.</summary>
static class TableCommand
{
    static readonly string[] Endings = [".csv", ".tsv", ".tab", ".txt"];
    static readonly string[] Taken =
        ["--target", "--task", "--ignore", "--epochs", "--seed", "--validation", "--out", "--threads", "--json", "--verbose"];

    static readonly Option<string?> Target = new("--target")
    {
        Description = "Of a table (ballast train TABLE.csv): the column to predict",
        HelpName = "COLUMN",
    };

    static readonly Option<string?> Task = new("--task")
    {
        Description = "Of a table: regression or classification [default: by the target]",
        HelpName = "TASK",
    };

    static readonly Option<string[]> Ignore = new("--ignore")
    {
        Description = "Of a table: a column not to learn from; may be given several times",
        HelpName = "COLUMN",
    };

    /// <summary>The options of a table.</summary>
    public static Option[] All { get; } = [Target, Task, Ignore];

    /// <summary>The table that is given where layers are given otherwise; null for none.</summary>
    public static string? Find(ParseResult result)
    {
        string? table = result.GetValue<string[]>("LAYERS") is [var word] && IsTable(word) ? word : null;
        if (table is null && All.FirstOrDefault(result.Has) is { } extra)
            throw new UsageException($"{extra.Name} is for a table. Name its file: ballast train TABLE.csv --target COLUMN.");
        return table;
    }

    /// <summary>Whether a word names a table.</summary>
    public static bool IsTable(string word) => Endings.Contains(Path.GetExtension(word), StringComparer.OrdinalIgnoreCase);

    /// <summary>Trains on it.</summary>
    public static int Train(ParseResult result, string table)
    {
        RefuseOthers(result);
        string target = result.GetValue(Target) ?? throw new UsageException($"What is to be predicted? Give --target and a column of {table}.");
        var settings = Settings(result);
        var options = new TableOptions { Task = ReadTask(result.GetValue(Task)), Ignore = result.GetValue(Ignore) ?? [] };
        RunPaths.Refuse(result.GetValue<string?>("--out"), RunFolder.RefuseUsed);
        using var interruption = new Interruption();
        var data = TableDataset.Open(table, target, options, count => settings.Split(count).Train);
        bool json = result.GetValue<bool>("--json");
        if (!json)
            Describe(data);
        using var place = RunPaths.New(RunKind.Train, result.GetValue<string?>("--out"));
        Directory.CreateDirectory(place.Path);
        string metric = data.Schema.Task == TableTask.Regression ? "R2" : "accuracy";
        var clock = System.Diagnostics.Stopwatch.StartNew();
        TableModel model;
        try
        {
            using var log = new StreamWriter(Path.Combine(place.Path, "metrics.jsonl"));
            model = settings.Fit(data, epoch =>
            {
                string line = Line(epoch, metric);
                log.WriteLine(line);
                log.Flush();
                Output.WriteLine(json ? line : $"Epoch {epoch.Epoch,3}: loss {epoch.Loss:F4}; held out: loss {epoch.HeldOutLoss:F4}, {metric} "
                    + $"{Show(epoch.Metric, metric)}{(epoch.IsBest ? ", the best so far" : "")}");
            }, interruption.Token);
        }
        catch (OperationCanceledException)
        {
            throw interruption.Reason("Stopped.", "Nothing is kept of a training on a table that is stopped: begin it anew.");
        }
        catch (ArgumentException error)
        {
            throw new UsageException(error);
        }

        model.Save(Path.Combine(place.Path, "weights.safetensors"));
        if (json)
            return 0;
        Output.WriteLine();
        Output.WriteLine($"Held out, {model.HeldOut} rows: {metric} {Show(model.Metric, metric)}"
            + (model.Interval is { } within ? $"; 90 % of the predictions are off by {Number(within)} at most" : ""));
        Output.WriteLine($"Training: {Format.Seconds(clock.Elapsed.TotalSeconds)}");
        Output.WriteLine($"Run: {place.Path}");
        return 0;
    }

    /// <summary>Whether a folder has a network that learned a table.</summary>
    public static bool IsRun(string run) =>
        File.Exists(Path.Combine(run, "weights.safetensors")) && !File.Exists(Path.Combine(run, "run.json"));

    /// <summary>Prints what the network says of a table's rows, as CSV.</summary>
    public static int Predict(string run, IReadOnlyList<string> files, CancellationToken cancellation)
    {
        if (files is not [var table] || Directory.Exists(table))
            throw new UsageException($"{run} learned a table. Give one table to predict: ballast predict {run} NEW.csv");
        var model = TableModel.Load(Path.Combine(run, "weights.safetensors"));
        var data = TableDataset.Open(table, model.Schema);
        if (data.Unknown > 0)
            Output.Say($"note: {data.Unknown} {(data.Unknown == 1 ? "value is a category" : "values are categories")} that no row trained on had; "
                + "they are taken as missing.");
        var (schema, text) = (model.Schema, new StringBuilder());
        string name = schema.Target.Name;
        text.AppendJoin(',', schema.Task == TableTask.Regression
            ? [Quoted(name), Quoted($"{name} low"), Quoted($"{name} high")]
            : [Quoted(name), .. schema.Target.Categories.Select(one => Quoted($"probability {one}"))]).Append('\n');
        foreach (float[] row in model.Predict(data, cancellation))
        {
            text.AppendJoin(',', schema.Task == TableTask.Regression
                ? [Number(row[0]), Number(row[0] - model.Interval!.Value), Number(row[0] + model.Interval.Value)]
                : [Quoted(schema.Target.Categories[Array.IndexOf(row, row.Max())]), .. row.Select(static one => Number(one))]).Append('\n');
        }

        Output.Guard(() => Output.Writer.Write(text));
        return 0;
    }

    static TableTraining Settings(ParseResult result)
    {
        var settings = new TableTraining { Seed = result.GetValue<long>("--seed") };
        if (result.GetResult("--epochs") is OptionResult { Implicit: false })
            settings = settings with { Epochs = result.GetValue<int>("--epochs") };
        if (result.GetResult("--validation") is OptionResult { Implicit: false })
            settings = settings with { Validation = result.GetValue<double>("--validation") };
        if (settings.Validation is not (> 0 and < 1))
            throw new UsageException($"--validation: expected a share between 0 and 1, got {Number(settings.Validation)}.");
        return settings;
    }

    static void Describe(TableDataset data)
    {
        var schema = data.Schema;
        string what = schema.Task == TableTask.Regression ? "a number" : $"one of {schema.Outputs} classes";
        Output.WriteLine($"{data.Count} rows, to predict {schema.Target.Name}, {what}, from {schema.Columns.Count} columns:");
        foreach (var kind in Enum.GetValues<ColumnKind>())
        {
            string[] names = [.. schema.Columns.Where(column => column.Kind == kind).Select(static column => column.Name)];
            if (names.Length > 0)
            {
                string more = names.Length > 20 ? $" and {names.Length - 20} more" : "";
                Output.WriteLine($"  {Plural(kind)}: {string.Join(", ", names.Take(20))}{more}");
            }
        }

        string[] missing = [.. schema.Columns.Where(static column => column.HasMissing).Select(static column => column.Name)];
        if (missing.Length > 0)
            Output.WriteLine($"  with missing values, which are learned as such: {string.Join(", ", missing)}");
        foreach (var (name, reason) in schema.Ignored)
            Output.WriteLine($"  left out: {name}, {reason}");
        if (data.WithoutTarget > 0)
            Output.WriteLine($"  {data.WithoutTarget} rows without a {schema.Target.Name} are left out");
    }

    static string Plural(ColumnKind kind) => kind switch
    {
        ColumnKind.Number => "numbers",
        ColumnKind.Category => "categories",
        _ => "dates",
    };

    static TableTask? ReadTask(string? text) => text?.ToUpperInvariant() switch
    {
        null => null,
        "REGRESSION" => TableTask.Regression,
        "CLASSIFICATION" => TableTask.Classification,
        _ => throw new UsageException($"--task: expected regression or classification, got \"{text}\"."),
    };

    static void RefuseOthers(ParseResult result)
    {
        foreach (var option in result.CommandResult.Command.Options)
        {
            if (!Taken.Contains(option.Name) && result.Has(option))
                throw new UsageException($"{option.Name} means nothing to a table: its network and its training are chosen for it.");
        }
    }

    static string Show(double metric, string name) => name == "R2" ? metric.ToString("F3", CultureInfo.InvariantCulture) : Format.Percent(metric);

    static string Number(double value) => ((float)value).ToString("R", CultureInfo.InvariantCulture);

    static string Quoted(string text) =>
        text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    static string Line(TableEpoch epoch, string metric)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteNumber("epoch", epoch.Epoch);
            writer.WriteNumber("loss", epoch.Loss);
            writer.WriteNumber("heldOutLoss", epoch.HeldOutLoss);
            writer.WriteNumber(metric == "R2" ? "r2" : metric, epoch.Metric);
            writer.WriteBoolean("best", epoch.IsBest);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
