using Ballast.Lab;

namespace Ballast.Cli;

/// <summary>What a finished run came to, and where it lies.</summary>
static class RunSummary
{
    /// <summary>Prints it.</summary>
    public static void Print(RunFolder folder)
    {
#if PICTURES
        if (folder.Record.Kind == RunKind.Folds)
        {
            FoldsCommand.Print(folder);
            return;
        }

#endif
        var curve = RunHistory.Read(folder);
        Output.WriteLine();
#if PICTURES
        if (folder.Record.File is not null)
            FileCommand.Print(folder);
#endif
        if (folder.Record.File is null && curve.TestLoss is not null)
        {
            Output.WriteLine($"Test images: loss {Format.Loss(curve.TestLoss)}, accuracy "
                + $"{Format.Percent(curve.TestAccuracy)}{Format.Views(curve.TestTimeAugmentation)}");
        }

        if (curve.TestTimeAugmentation != TestTimeAugmentation.None && curve.PlainTestAccuracy is not null)
            Output.WriteLine($"Without test-time augmentation: accuracy {Format.Percent(curve.PlainTestAccuracy)}");
        if (File.Exists(folder.BestPath))
            Output.WriteLine($"The best epoch's weights: {folder.BestPath}");
        string first = FirstStep.After is { } time ? $"; the first step after {Format.Seconds(time.TotalSeconds)}" : "";
        string samples = folder.Record.File is null ? "images" : "samples";
        Output.WriteLine(
            $"Training: {Format.Seconds(curve.TrainingSeconds)}, {Format.Count(curve.ImagesPerSecond)} {samples} a second{first}");
        Output.WriteLine($"Run: {folder.Path}");
        if (File.Exists(folder.ReportPath))
            Output.WriteLine($"Report: {folder.ReportPath}");
    }
}
