using System.CommandLine;
using System.Globalization;
using Ballast.Lab;

namespace Ballast.Cli;

/// <summary><c>ballast train TABLE.csv --target COLUMN --folds K</c>: cross validation of a table.</summary>
static class FoldsCommand
{
    /// <summary>Begins one: the first fold is read and its network tried before there is a folder.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="path">The table, as it was named.</param>
    /// <param name="file">How it is read.</param>
    /// <param name="settings">How networks are trained.</param>
    /// <param name="members">How many are averaged in each fold, of what a fold learns.</param>
    public static RunFolder Begin(
        ParseResult result, string path, FileSettings file, RunSettings settings, Func<FileTask, int> members)
    {
        var task = FileTasks.Open(file with { Fold = 1 }, settings, path);
        var whole = settings with { BatchSize = FileRun.Complete(settings, task).BatchSize };
        int count = members(task);
        file = file with { Members = count > 0 ? count : null };
        _ = new FileRun(FileRun.Complete(settings, task), task, count);
        if (!result.GetValue<bool>("--json"))
        {
            foreach (string line in task.Describe())
                Output.WriteLine(Printable.Name(line));
            Output.WriteLine(Printable.Name($"  {file.Folds} folds{Drawn(file)}, each tested on by "
                + $"{(count > 1 ? $"the mean of {count} networks" : "a network")} of the others"));
        }

        using var place = RunPaths.New(RunKind.Folds, result.GetValue<string?>("--out"));
        return RunFolder.Create(place.Path, new RunRecord(
            RunKind.Folds, whole, Machine.Describe(CommandText.Again(), task.Files), Samples: RunSamples.Of(task.Trained))
        {
            File = file,
            TensorBoard = result.GetValue<bool>("--tensorboard"),
        });
    }

    /// <summary>Trains and tests the folds that are missing.</summary>
    /// <param name="folder">The folder above them.</param>
    /// <param name="listen">Gives who is told how a fold goes.</param>
    /// <param name="json">Whether a program reads the output.</param>
    /// <param name="progress">Prints lines.</param>
    /// <param name="cancellation">Stops.</param>
    public static RunOutcome Run(
        RunFolder folder, Func<RunFolder, IRunListener> listen, bool json, ProgressDisplay progress, CancellationToken cancellation)
    {
        bool over = new FileFolds(folder, static (file, settings) => FileTasks.Open(file, settings)).Run(listen, test =>
        {
            if (json)
                Output.WriteLine(test.ToJson());
            else
                progress.WriteLine($"Fold {test.Fold} of {folder.Record.File!.Folds}, {test.Count} rows: loss {Format.Loss(test.Loss)}, "
                    + FileDisplay.Measured(test));
        }, cancellation);
        return new RunOutcome(over, null);
    }

    /// <summary>Whether all folds are over.</summary>
    public static bool IsFinished(RunFolder folder) => MetricsLog.Read(folder.MetricsPath).Count == folder.Record.File!.Folds;

    /// <summary>Prints what a finished one found.</summary>
    public static void Print(RunFolder folder)
    {
        var report = new FoldsReport(folder.Record, MetricsLog.Read(folder.MetricsPath), null);
        var summary = report.Summary;
        string spread = summary.Deviation is { } deviation ? $" ± {Text(deviation)} (standard deviation of the folds)" : "";
        Output.WriteLine();
        Output.WriteLine($"Mean of {summary.Count} folds: {FileDisplay.Name(report.Measure)} {Text(summary.Mean)}{spread}");
        Output.WriteLine($"Folds, each a run of its own: {Path.Combine(folder.Path, FileFolds.NameOf(1))} ...");
        Output.WriteLine($"Report: {folder.ReportPath}");

        string Text(double value) =>
            report.Measure == "accuracy" ? Format.Percent(value) : value.ToString("F3", CultureInfo.InvariantCulture);
    }

    static string Drawn(FileSettings file) => file.Group is { } group ? $" of whole groups by {group}"
        : file.Stratified == true ? " with the classes in the proportion of the whole" : " drawn at random";
}
