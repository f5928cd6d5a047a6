using System.Globalization;
using Ballast.Lab;

namespace Ballast.Cli;

/// <summary>Prints a run on a file: a line for each epoch, with a progress bar below.</summary>
sealed class FileDisplay(ProgressDisplay progress, RunSettings settings) : IRunListener
{
    double? loss;

    public void OnEpoch(int epoch)
    {
    }

    public void OnMetric(Metric metric)
    {
        if (metric.Type == MetricKind.Epoch)
            loss = metric.Loss;
        else if (metric.Type == MetricKind.Validation)
            progress.WriteLine($"Epoch {metric.Epoch,3}: loss {Format.Loss(loss)}; held out: loss {Format.Loss(metric.Loss)}, {Measured(metric)}"
                + (metric.Best == true ? ", the best so far" : ""));
        else if (metric.Type == MetricKind.StoppedEarly)
            progress.WriteLine("Stopped early: the loss on what is held out no longer improves.");
    }

    public void OnProgress(TrainingProgress state)
    {
        if (!FirstStep.Mark() && Output.IsTerminal)
        {
            progress.Report($"training, {settings.Epochs} {(settings.Epochs == 1 ? "epoch" : "epochs")} at most",
                state.Steps > 0 ? (double)state.Step / state.Steps : null, $"{Format.Time(state.Remaining)} left at most");
        }
    }

    public void OnTest()
    {
    }

    /// <summary>What a metric has besides the loss: <c>R2 0.981</c>.</summary>
    public static string Measured(Metric metric) => metric.Accuracy is { } accuracy ? $"accuracy {Format.Percent(accuracy)}"
        : string.Join(", ", (metric.Measures ?? new Dictionary<string, double>()).Take(1).Select(static measure =>
            string.Create(CultureInfo.InvariantCulture, $"{(measure.Key == "r2" ? "R2" : measure.Key)} {measure.Value:F3}")));
}
