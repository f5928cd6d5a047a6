using System.CommandLine;
using Ballast.Lab;

namespace Ballast.Cli;

/// <summary><c>ballast train TABLE.csv --target COLUMN</c>.</summary>
static class FileCommand
{
    static readonly string[] Refused =
    [
        "--model", "--recipe", "--data", "--test-data", "--size", "--stretch", "--gray", "--background", "--skip-broken", "--standardize",
        "--mean", "--std", "--crop", "--crop-padding", "--flip", "--cutout", "--folds", "--stratified",
    ];

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

    /// <summary>The options of a file.</summary>
    public static Option[] All { get; } = [Target, Task, Ignore];

    /// <summary>The file that is given where layers are given otherwise; null for none.</summary>
    public static string? Find(ParseResult result)
    {
        string? file = result.GetValue<string[]>("LAYERS") is [var word, ..] && FileTasks.IsFile(word) ? word : null;
        if (file is null && All.FirstOrDefault(result.Has) is { } extra)
            throw new UsageException($"{extra.Name} is for a table. Name its file: ballast train TABLE.csv --target COLUMN.");
        return file;
    }

    /// <summary>Begins a run.</summary>
    public static (RunFolder Folder, FileRun Run) Begin(ParseResult result, string file)
    {
        Refuse(result, file);
        string target = result.GetValue(Target) ?? throw new UsageException($"What is to be predicted? Give --target and a column of {file}.");
        var how = new FileSettings(LearnedKind.Table, [target])
        {
            Task = result.GetValue(Task),
            Ignore = result.GetValue(Ignore) is { Length: > 0 } ignored ? ignored : null,
        };
        RunPaths.Refuse(result.GetValue<string?>("--out"), RunFolder.RefuseUsed);
        RunSettings settings;
        FileTask task;
        FileRun run;
        try
        {
            LearnedTable.ReadTask(how.Task);
            settings = TrainOptions.ReadFile(result, file);
            if (settings.Does.Validation is not (> 0 and < 1))
                throw new UsageException($"--validation: expected a share between 0 and 1, got {FilePrediction.Number(settings.Does.Validation)}.");
            SettingsCheck.RefuseTraining(settings);
            task = FileTasks.Open(how, settings, file);
            settings = FileRun.Complete(settings, task);
            run = new FileRun(settings, task);
        }
        catch (ArgumentException error)
        {
            throw new UsageException(error);
        }

        if (!result.GetValue<bool>("--json"))
        {
            foreach (string line in task.Describe())
                Output.WriteLine(line);
        }

        using var place = RunPaths.New(RunKind.Train, result.GetValue<string?>("--out"));
        var folder = RunFolder.Create(place.Path, new RunRecord(
            RunKind.Train, settings, Machine.Describe(CommandText.Again(), task.Files), Samples: RunSamples.Of(task.Trained))
        {
            File = how,
            TensorBoard = result.GetValue<bool>("--tensorboard"),
        });
        return (folder, run);
    }

    /// <summary>Takes a run up again.</summary>
    public static FileRun Reopen(RunFolder folder) => new(folder.Record.Settings, FileTasks.Reopen(folder));

    /// <summary>Prints what a finished run found.</summary>
    public static void Print(RunFolder folder)
    {
        var last = MetricsLog.Read(folder.MetricsPath).Last(static metric => metric.Type == MetricKind.Evaluation);
        var model = TableModel.Load(folder.WeightsPath);
        Output.WriteLine($"Held out, {last.Count} rows: {FileDisplay.Measured(last)}"
            + (model.Interval is { } within ? $"; 90 % of the predictions are off by {FilePrediction.Number(within)} at most" : ""));
    }

    static void Refuse(ParseResult result, string file)
    {
        if (result.GetValue<string[]>("LAYERS") is [_, var second, ..])
            throw new UsageException($"{second} after {file}: the network for a table is made for it. Give the file alone.");
        foreach (var option in result.CommandResult.Command.Options)
        {
            if (Refused.Contains(option.Name) && result.Has(option))
                throw new UsageException($"{option.Name} means nothing to a table: it is for pictures, or chooses another network. Leave it out.");
        }
    }
}
