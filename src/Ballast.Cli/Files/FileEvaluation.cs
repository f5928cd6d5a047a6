using System.CommandLine;
using Ballast.Lab;

namespace Ballast.Cli;

/// <summary><c>ballast evaluate RUN</c> of a run on a file: how good its network is on what was held out.</summary>
static class FileEvaluation
{
    static readonly string[] Taken = ["--test-data", "--weights", "--threads", "--json", "--verbose"];

    /// <summary>Measures and prints it.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="folder">The run.</param>
    /// <param name="weights">Other weights than the run's; null for these.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    public static int Run(ParseResult result, RunFolder folder, string? weights, CancellationToken cancellation)
    {
        if (result.CommandResult.Command.Options.FirstOrDefault(option => !Taken.Contains(option.Name) && result.Has(option)) is { } extra)
            throw new UsageException($"{extra.Name} is for runs on images. A run on a file is evaluated on what was held out of it.");
        if (result.GetValue<string?>("--test-data") is { } other)
            return OfOther(result, folder, other, weights ?? FileTasks.Weights(folder.Path), cancellation);
        if (folder.Record.File!.Fold is { } fold)
            return OfFold(result, folder, fold, weights ?? FileTasks.Weights(folder.Path), cancellation);
        weights ??= FileRun.MeasuredPath(folder) ?? FileTasks.Weights(folder.Path);
        var task = FileTasks.Reopen(folder);
        var test = task.Look(TrainedNetwork.Load(folder, task, weights), cancellation).Held;
        return Print(result, folder, test, weights, $"Held out: {Format.Count(test.Count)} {task.Samples}");
    }

    // Of a cross validation: the rows that neither training nor the choice of the best epoch saw.
    static int OfFold(ParseResult result, RunFolder folder, int fold, string weights, CancellationToken cancellation)
    {
        var task = FileTasks.Reopen(folder);
        var test = task.Test(TrainedNetwork.Load(folder, task, weights), cancellation)!.Held;
        return Print(result, folder, test, weights,
            $"Tested:   the {Format.Count(test.Count)} {task.Samples} of fold {fold} of {folder.Record.File!.Folds}, which training did not see");
    }

    // What predict says of another file, against the truth that the file has.
    static int OfOther(ParseResult result, RunFolder folder, string path, string weights, CancellationToken cancellation)
    {
        if (folder.Record.File!.Kind != LearnedKind.Table)
            throw new UsageException("--test-data is for runs on images and tables. A run on a series is evaluated on what was held out of it.");
        var model = TableModel.Load(weights);
        var data = TableDataset.OpenLabelled(path, model.Schema);
        var test = model.Evaluate(data, cancellation);
        if (!result.GetValue<bool>("--json"))
            FilePrediction.SayUnknown(data);
        string without = data.WithoutTarget > 0 ? $"; {data.WithoutTarget} without a {model.Schema.Target.Name} are left out" : "";
        return Print(result, folder, test, weights, $"Rows:     {Format.Count(test.Count)} of {Printable.Name(path)}{without}");
    }

    static int Print(ParseResult result, RunFolder folder, Evaluation test, string weights, string samples)
    {
        BrokenNetwork.Refuse(test, folder.Path);
        var metric = Metric.Of(test);
        if (result.GetValue<bool>("--json"))
        {
            Output.WriteData(metric.ToJson());
            return 0;
        }

        Output.WriteLine($"Weights:  {weights}");
        Output.WriteLine(samples);
        Output.WriteLine($"Loss:     {Format.Loss(test.Loss)}");
        Output.WriteLine($"Measured: {FileDisplay.Measured(metric)}");
        return 0;
    }
}
