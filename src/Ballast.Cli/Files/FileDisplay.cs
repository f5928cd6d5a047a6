using System.Globalization;
using Ballast.Lab;

namespace Ballast.Cli;

/// <summary>Prints a run on a file: a line for each epoch, with a progress bar below.</summary>
sealed class FileDisplay(ProgressDisplay progress, RunRecord record) : IRunListener
{
    double? loss;
    string training = $"training{Of(record)}, {Epochs(record.Settings.Epochs)} at most", most = " at most";

    public void OnEpoch(int epoch)
    {
    }

    public void OnMember(int member, int epochs) =>
        (training, most) = ($"training network {member} of {record.File!.Members}{Of(record)} on all rows, {Epochs(epochs)}", "");

    public void OnMetric(Metric metric)
    {
        // Of a cross validation a line for each fold says what matters.
        if (record.File!.Fold is not null)
            return;
        if (metric.Type == MetricKind.Epoch)
            loss = metric.Loss;
        else if (metric.Type == MetricKind.Validation)
            progress.WriteLine($"Epoch {metric.Epoch,3}: loss {Format.Loss(loss)}; held out: loss {Format.Loss(metric.Loss)}, {Measured(metric)}"
                + (metric.Best == true ? ", the best so far" : ""));
        else if (metric.Type == MetricKind.StoppedEarly)
            progress.WriteLine("Stopped early: the loss on what is held out no longer improves.");
        else if (metric.Type == MetricKind.Member)
        {
            progress.WriteLine(
                $"Network {metric.Member} of {record.File!.Members}, of all rows: {Epochs(metric.Epoch ?? 0)}, loss {Format.Loss(metric.Loss)}");
        }
    }

    public void OnProgress(TrainingProgress state)
    {
        if (!FirstStep.Mark() && Output.IsTerminal)
        {
            progress.Report(training, state.Steps > 0 ? (double)state.Step / state.Steps : null, $"{Format.Time(state.Remaining)} left{most}");
        }
    }

    public void OnTest()
    {
    }

    static string Of(RunRecord record) => record.File is { Fold: { } fold, Folds: { } folds } ? $" for fold {fold} of {folds}" : "";

    /// <summary>A measure as one reads it.</summary>
    public static string Name(string measure) => measure is "r2" or "auroc" ? measure.ToUpperInvariant() : measure;

    static string Epochs(int count) => $"{count} {(count == 1 ? "epoch" : "epochs")}";

    /// <summary>What a metric has besides the loss: <c>R2 0.981</c>.</summary>
    public static string Measured(Metric metric) => metric.Accuracy is { } accuracy ? $"accuracy {Format.Percent(accuracy)}"
        : string.Join(", ", (metric.Measures ?? new Dictionary<string, double>()).Take(1).Select(static measure =>
            string.Create(CultureInfo.InvariantCulture, $"{Name(measure.Key)} {measure.Value:F3}")));
}
