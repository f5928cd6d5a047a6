using System.CommandLine;
using Ballast.Lab;

namespace Ballast.Cli;

/// <summary><c>ballast compare</c>: the tutorial's network with and without batch normalization.</summary>
static class CompareCommand
{
    static readonly Option<int> Epochs = CommonOptions.Epochs();
    static readonly Option<long> Seed = CommonOptions.Seed();
    static readonly Option<int> Threads = CommonOptions.Threads();
    static readonly Option<int> LogEvery = CommonOptions.LogEvery();
    static readonly Option<string?> Out = CommonOptions.Out();
    static readonly Option<string?> Resume = CommonOptions.Resume();
    static readonly Option<string?> Data = CommonOptions.Data();
    static readonly Option<string?> TestData = CommonOptions.TestData(CommonOptions.OwnTest);
    static readonly Option<bool> TensorBoard = CommonOptions.TensorBoard("into each network's folder");
    static readonly Option<bool> OpenReport = new("--open") { Description = "Show the report in the browser at the end" };

    public static Command Make()
    {
        var command = new ExampleCommand("compare",
            "Trains the tutorial's network on CIFAR-10 with batch normalization and without, prints both, and leaves a report.",
            "ballast compare",
            "ballast compare --epochs 1 --seed 7",
            "ballast compare --resume runs/20260502-140300-compare")
        {
            Epochs, Seed, Threads, LogEvery, Out, Resume, Data, TestData, TensorBoard, OpenReport,
        };
        command.SetAction(Run);
        return command;
    }

    static int Run(ParseResult result)
    {
        if (result.Given(Threads) is { } threads)
            Compute.Threads = threads;
        using var interruption = new Interruption();
        using var progress = new ProgressDisplay();
        var source = new RunData(new DatasetOptions { Progress = new DownloadDisplay(progress) });
        var comparison = Begin(result, source, interruption.Token);
        string goOn = $"Continue with: {CommandText.Of("ballast", "compare", "--resume", comparison.Folder.Path)}";
        bool completed;
        try
        {
            completed = comparison.Run(arm => Listen(arm, comparison, progress, interruption), interruption.Token);
        }
        catch (OperationCanceledException)
        {
            completed = false;
        }
        catch (IOException error)
        {
            error.Data[Failure.Remedy] = goOn;
            throw;
        }

        progress.Dispose();
        Print(comparison);
        if (!completed)
            throw interruption.Reason("Stopped.", goOn);

        if (result.GetValue(OpenReport))
            Browser.Open(comparison.Folder.ReportPath);
        var report = comparison.Report();
        foreach (var (arm, curve) in new[] { (ComparisonArm.With, report.With), (ComparisonArm.Without, report.Without) })
            BrokenNetwork.Refuse(curve, $" {arm.Name} batch normalization", Path.Combine(comparison.Folder.Path, arm.Name));
        return 0;
    }

    static Comparison Begin(ParseResult result, RunData source, CancellationToken cancellation)
    {
        if (result.Has(Resume))
        {
            if (((Option[])[Epochs, Seed, LogEvery, Out, Data, TestData]).FirstOrDefault(result.Has) is { } extra)
                throw new UsageException($"{extra.Name} cannot be changed with --resume: the comparison keeps its settings.");
            return Comparison.Open(RunPaths.Find(result.GetValue(Resume), RunKind.Compare), source, result.GetValue(TensorBoard), cancellation);
        }

        var settings = RunSettings.Tutorial with
        {
            Epochs = result.GetValue(Epochs),
            Seed = result.GetValue(Seed),
            LogEvery = result.GetValue(LogEvery),
        };
        RunPaths.Refuse(result.GetValue(Out), RunFolder.RefuseUsed);
        using var place = RunPaths.New(RunKind.Compare, result.GetValue(Out));
        return Comparison.Begin(
            place.Path, settings.WithData(result.GetValue(Data), result.GetValue(TestData)), source, CommandText.Again(),
            result.GetValue(TensorBoard), cancellation);
    }

    static GuardedListener Listen(ComparisonArm arm, Comparison comparison, ProgressDisplay progress, Interruption interruption)
    {
        interruption.Guard(() =>
        {
            if (arm != ComparisonArm.All[0])
                progress.WriteLine("");
            progress.WriteLine(arm.Title);
        });
        return new GuardedListener(new RunDisplay(progress, comparison.Folder.Record.Settings), interruption);
    }

    static void Print(Comparison comparison)
    {
        Output.WriteLine();
        ComparisonTable.Print(comparison.Report());
        Output.WriteLine($"Run:    {comparison.Folder.Path}");
        Output.WriteLine($"Report: {comparison.Folder.ReportPath}");
    }
}
