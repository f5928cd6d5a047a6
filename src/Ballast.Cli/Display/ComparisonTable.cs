using Ballast.Lab;
using Spectre.Console;

namespace Ballast.Cli;

/// <summary>The table at the end of a comparison.</summary>
static class ComparisonTable
{
    /// <summary>Prints it: our numbers, and below them those that others published for the same training.</summary>
    public static void Print(ComparisonReport report) => Print(Output.Rich(), report);

    /// <summary>Prints it on a console.</summary>
    public static void Print(IAnsiConsole console, ComparisonReport report)
    {
        var table = new TableRows("", "with", "without") { Indent = 0 };

        var (with, without) = (report.With, report.Without);
        if (report.ComparedEpoch is { } epoch)
            AddLosses(table, report, epoch);
        // Pictures of one's own may have none to test on.
        if (report.TestImages > 0)
        {
            Add(table, "Loss on the test images", Format.Loss(with?.TestLoss), Format.Loss(without?.TestLoss));
            AddPublished(table, report, report.Epochs, static other => (other.TestLossWith, other.TestLossWithout), Format.Loss);
            Add(table, "Accuracy on the test images", Format.Percent(with?.TestAccuracy), Format.Percent(without?.TestAccuracy));
            AddPublished(table, report, report.Epochs, static other => (other.AccuracyWith, other.AccuracyWithout), Format.Percent);
        }

        Add(table, "Training time", Format.Seconds(with?.TrainingSeconds), Format.Seconds(without?.TrainingSeconds));
        Add(table, "Images a second", Format.Count(with?.ImagesPerSecond), Format.Count(without?.ImagesPerSecond));
        if (FirstStep.After is { } time)
            Add(table, "From the command to the first step", Format.Seconds(time.TotalSeconds), "");
        table.Print(console);
    }

    static void AddLosses(TableRows table, ComparisonReport report, int epoch)
    {
        Add(table, $"Mean loss of epoch {epoch}",
            Format.Loss(report.MeanLoss(report.With, epoch)), Format.Loss(report.MeanLoss(report.Without, epoch)));
        AddPublished(table, report, epoch, static other => (other.LossWith, other.LossWithout), Format.Loss);
    }

    static void AddPublished(
        TableRows table, ComparisonReport report, int epoch, Func<PublishedResult, (double? With, double? Without)> values,
        Func<double?, string> format)
    {
        if (epoch != report.Epochs)
            return;
        foreach (var other in report.Published.Where(other => other.Epoch == epoch))
        {
            if (values(other) is { With: { } with, Without: { } without })
                Add(table, $"  {other.Name}", format(with), format(without));
        }
    }

    static void Add(TableRows table, string name, string with, string without) =>
        table.Add(name.Replace('\u00A0', ' '), with, without);
}
