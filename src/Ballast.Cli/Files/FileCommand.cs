using System.CommandLine;
using Ballast.Lab;

namespace Ballast.Cli;

/// <summary><c>ballast train TABLE.csv --target COLUMN</c>.</summary>
static class FileCommand
{
    static readonly string[] Refused =
    [
        "--model", "--recipe", "--data", "--test-data", "--size", "--stretch", "--gray", "--background", "--skip-broken", "--standardize",
        "--mean", "--std", "--crop", "--crop-padding", "--flip", "--cutout",
    ];

    static readonly Option<string[]> Target = new("--target")
    {
        Description = "Of a table or a series (ballast train FILE.csv): the column to predict; several labels of a table as a,b,c or each by an "
            + "option, several columns of a series each by an option",
        HelpName = "COLUMN",
    };

    static readonly Option<string?> Task = new("--task")
    {
        Description = "Of a table: regression, classification or multi-label [default: by the target]",
        HelpName = "TASK",
    };

    static readonly Option<string[]> Ignore = new("--ignore")
    {
        Description = "Of a table: a column not to learn from; may be given several times",
        HelpName = "COLUMN",
    };

    static readonly Option<int> Window = CommonOptions.Count(
        "--window", "Learn the file as a time series: predict from so many rows, in the order of time", 1, 1_000_000);

    static readonly Option<int> Horizon = CommonOptions.Count("--horizon", "Of a series: how many rows to predict [default: 1]", 1, 1_000_000);
    static readonly Option<int> Stride = CommonOptions.Count(
        "--stride", "Of a series: rows from a window's begin to the next's [default: 1]", 1, 1_000_000);

    static readonly Option<string?> Time = new("--time")
    {
        Description = "The column that says when. Of a table: hold the last rows out; of a series it is found where it holds dates",
        HelpName = "COLUMN",
    };

    static readonly Option<bool> Lstm = new("--lstm") { Description = "Of a series: an LSTM [default: 1-D convolutions with batch normalization]" };

    static readonly Option<int> Members = CommonOptions.Count("--members",
        "Of a table: average so many networks, trained on all rows for as many epochs as were best [default: 4 up to 10,000 rows, else 0]", 0, 1000);

    static readonly Option[] OfSeries = [Horizon, Stride, Lstm];

    /// <summary>The options of a file.</summary>
    public static Option[] All { get; } = [Target, Task, Ignore, Time, Members, Window, .. OfSeries];

    /// <summary>The file that is given where layers are given otherwise; null for none.</summary>
    public static string? Find(ParseResult result)
    {
        string? file = result.GetValue<string[]>("LAYERS") is [var word, ..] && FileTasks.IsFile(word)
            && (result.Has(Target) || PictureOptions.Table(result) is null) ? word : null;
        if (file is null && All.FirstOrDefault(result.Has) is { } extra)
            throw new UsageException($"{extra.Name} is for a table. Name its file: ballast train TABLE.csv --target COLUMN.");
        return file;
    }

    /// <summary>Begins a run; with folds a cross validation, which has none itself.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="file">The file, as it was named.</param>
    /// <param name="folds">How many folds; null for none.</param>
    public static (RunFolder Folder, FileRun? Run) Begin(ParseResult result, string file, int? folds)
    {
        Refuse(result, file);
        var how = Read(result, file, folds);
        RunPaths.Refuse(result.GetValue<string?>("--out"), RunFolder.RefuseUsed);
        RunSettings settings;
        FileTask task;
        FileRun run;
        try
        {
            LearnedTable.ReadTask(how.Task);
            if (how.Kind == LearnedKind.Table)
                how = how with { Targets = Distinct([.. how.Targets.SelectMany(text => TableDataset.TargetsOf(file, text))]) };
            settings = TrainOptions.ReadFile(result, file) with { Layers = how.Network };
            if (settings.Does.Validation is not (> 0 and < 1))
                throw new UsageException($"--validation: expected a share between 0 and 1, got {FilePrediction.Number(settings.Does.Validation)}.");
            SettingsCheck.RefuseTraining(settings);
            if (folds is not null)
                return (FoldsCommand.Begin(result, file, how, settings, Averaged), null);
            task = FileTasks.Open(how, settings, file);
            settings = FileRun.Complete(settings, task);
            int members = Averaged(task);
            how = how with { Members = members > 0 ? members : null };
            run = new FileRun(settings, task, members);
        }
        catch (ArgumentException error)
        {
            throw new UsageException(error);
        }

        if (!result.GetValue<bool>("--json"))
        {
            foreach (string line in task.Describe())
                Output.WriteLine(Printable.Name(line));
        }

        using var place = RunPaths.New(RunKind.Train, result.GetValue<string?>("--out"));
        var folder = RunFolder.Create(place.Path, new RunRecord(
            RunKind.Train, settings, Machine.Describe(CommandText.Again(), task.Files), Samples: RunSamples.Of(task.Trained))
        {
            File = how,
            TensorBoard = result.GetValue<bool>("--tensorboard"),
        });
        return (folder, run);

        int Averaged(FileTask task) => result.Given(Members) ?? (settings.Does.KeepBest ? task.Averaged?.Usual ?? 0 : 0);
    }

    static FileSettings Read(ParseResult result, string file, int? folds)
    {
        if (result.GetValue(Target) is not { Length: > 0 } targets)
            throw new UsageException($"What is to be predicted? Give --target and a column of {file}.");
        int? window = result.Given(Window);
        if (window is null && OfSeries.FirstOrDefault(result.Has) is { } extra)
            throw new UsageException($"{extra.Name} is for a time series: give --window too, the number of rows to predict from.");
        if (window is not null && (result.Has(HoldOutOptions.Group) || result.GetValue(HoldOutOptions.Stratified)))
            throw new UsageException("Of a time series the last rows are held out: leave --group and --stratified out.");
        bool[] ways = [result.Has(HoldOutOptions.Group), result.Has(Time), result.GetValue(HoldOutOptions.Stratified)];
        if (window is null && ways.Count(static way => way) > 1)
            throw new UsageException("Rows are held out in one way: give one of --group, --time and --stratified.");
        if (folds is not null && (window is not null || result.Has(Time)))
        {
            throw new UsageException("Folds are tested on in turn, also those before what is trained on: what comes in the order of time is tested "
                + $"by its last rows. Leave --folds or {(window is not null ? "--window" : "--time")} out.");
        }

        if (window is not null && result.Has(Members))
            throw new UsageException("--members is for a table. Leave it or --window out.");
        if (window is not null && result.Has(Task))
            throw new UsageException("--task is for a table: of a time series numbers are predicted. Leave it or --window out.");
        return new FileSettings(window is null ? LearnedKind.Table : LearnedKind.Series, Distinct(targets))
        {
            Task = result.GetValue(Task),
            Ignore = result.GetValue(Ignore) is { Length: > 0 } ignored ? ignored : null,
            Window = window,
            Horizon = result.Given(Horizon),
            Stride = result.Given(Stride),
            Time = result.GetValue(Time),
            Lstm = result.GetValue(Lstm) ? true : null,
            Group = result.GetValue(HoldOutOptions.Group),
            Stratified = result.GetValue(HoldOutOptions.Stratified) ? true : null,
            Folds = folds,
        };
    }

    static string[] Distinct(string[] targets) =>
        targets.GroupBy(static name => name).FirstOrDefault(static group => group.Count() > 1) is { Key: var twice }
            ? throw new UsageException($"--target: {twice} is given twice.") : targets;

    /// <summary>Takes a run up again.</summary>
    public static FileRun Reopen(RunFolder folder) =>
        new(folder.Record.Settings, FileTasks.Reopen(folder), folder.Record.File!.Members ?? 0);

    /// <summary>Prints what a finished run found.</summary>
    public static void Print(RunFolder folder)
    {
        var last = MetricsLog.Read(folder.MetricsPath).Last(static metric => metric.Type == MetricKind.Evaluation);
        bool series = folder.Record.File!.Kind == LearnedKind.Series;
        string within = !series && TableModel.Load(folder.WeightsPath).Interval is { } most
            ? $"; 90 % of the predictions are off by {FilePrediction.Number(most)} at most" : "";
        Output.WriteLine($"Held out, {last.Count} {(series ? "windows" : "rows")}: {FileDisplay.Measured(last)}{within}");
        if (folder.Record.File.Members is { } members)
        {
            Output.WriteLine($"That is the best epoch's network. Predictions are the mean of {members} {(members == 1 ? "network" : "networks")} "
                + "of all rows, those held out too.");
        }
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
