using System.CommandLine;
using Ballast.Lab;

namespace Ballast.Cli;

/// <summary><c>ballast evaluate</c>: a run's network on the test images.</summary>
static class EvaluateCommand
{
    static readonly Argument<string> Run = new("RUN") { Description = "The folder of a run" };
    static readonly Option<int> Threads = CommonOptions.Threads();
    static readonly Option<bool> Json = CommonOptions.Json("Print one JSON object");

    static readonly Option<string?> Weights = new("--weights")
    {
        Description = "Take the weights from this safetensors file, ours or PyTorch's [default: the run's own]",
        HelpName = "FILE",
    };

    static readonly Option<string?> TestData = new("--test-data")
    {
        Description = "Test on this file of records [default: what the run was tested on]",
        HelpName = "FILE",
    };

    public static Command Make()
    {
        var command = new ExampleCommand("evaluate",
            "Tells the loss and the accuracy of a run's network on the test images.",
            "ballast evaluate runs/20260502-140300-train",
            "ballast evaluate runs/20260502-140300-compare/with --json")
        {
            Run, Weights, TestData, Threads, Json,
        };
        command.SetAction(Execute);
        return command;
    }

    static int Execute(ParseResult result)
    {
        if (result.Given(Threads) is { } threads)
            Compute.Threads = threads;
        using var interruption = new Interruption();
        using var progress = new ProgressDisplay();
        var source = new RunData(new Cifar10Options { Progress = new DownloadDisplay(progress) });
        string path = result.GetValue(Run)!;
        var folder = RunFolder.Open(path);
        if (folder.Record.Kind == RunKind.Compare)
        {
            throw new UsageException(
                $"{path} holds a comparison. Evaluate one of its runs: {Path.Combine(path, "with")} or {Path.Combine(path, "without")}.");
        }

        var (test, weights) = RunEvaluation.Run(
            folder, source, result.GetValue(Weights), RunPaths.Full(result.GetValue(TestData)), interruption.Token);
        progress.Dispose();
        if (result.GetValue(Json))
        {
            CliJson.Print(new EvaluationResult(path, weights, test.Loss, test.Accuracy, test.Count));
            return 0;
        }

        Console.Out.WriteLine($"Weights:  {weights}");
        Console.Out.WriteLine($"Images:   {Format.Count(test.Count)}");
        Console.Out.WriteLine($"Loss:     {Format.Loss(test.Loss)}");
        Console.Out.WriteLine($"Accuracy: {Format.Percent(test.Accuracy)}");
        return 0;
    }
}
