using System.CommandLine;
using Ballast.Lab;

namespace Ballast.Cli;

/// <summary><c>ballast evaluate RUN</c> of a run on a file: how good its network is on what was held out.</summary>
static class FileEvaluation
{
    static readonly string[] Taken = ["--weights", "--threads", "--json", "--verbose"];

    /// <summary>Measures and prints it.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="folder">The run.</param>
    /// <param name="weights">Other weights than the run's; null for these.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    public static int Run(ParseResult result, RunFolder folder, string? weights, CancellationToken cancellation)
    {
        if (result.CommandResult.Command.Options.FirstOrDefault(option => !Taken.Contains(option.Name) && result.Has(option)) is { } extra)
            throw new UsageException($"{extra.Name} is for runs on images. A run on a file is evaluated on what was held out of it.");
        weights ??= FileRun.MeasuredPath(folder) ?? FileTasks.Weights(folder.Path);
        var task = FileTasks.Reopen(folder);
        var test = task.Look(TrainedNetwork.Load(folder, task, weights), cancellation).Held;
        BrokenNetwork.Refuse(test, folder.Path);
        var metric = Metric.Of(test);
        if (result.GetValue<bool>("--json"))
        {
            Output.WriteLine(metric.ToJson());
            return 0;
        }

        Output.WriteLine($"Weights:  {weights}");
        Output.WriteLine($"Held out: {Format.Count(test.Count)} {task.Samples}");
        Output.WriteLine($"Loss:     {Format.Loss(test.Loss)}");
        Output.WriteLine($"Measured: {FileDisplay.Measured(metric)}");
        return 0;
    }
}
