using System.Globalization;
using Ballast.Lab;

namespace Ballast.Cli;

/// <summary>Prints a run as the tutorial's program does, with a progress bar below.</summary>
sealed class RunDisplay(ProgressDisplay progress, RunSettings settings) : IRunListener
{
    public void OnEpoch(int epoch) => progress.WriteLine($"Starting epoch {epoch}");

    public void OnMetric(Metric metric)
    {
        if (metric.Type == MetricKind.Train)
            progress.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Loss after mini-batch {metric.Batch,5}: {metric.Loss:F3}"));
        else if (metric is { Type: MetricKind.Epoch, Accuracy: not null })
            progress.WriteLine($"Epoch {metric.Epoch}: loss {Format.Loss(metric.Loss)}, accuracy {Format.Percent(metric.Accuracy)}");
        else if (metric.Type == MetricKind.Validation)
            progress.WriteLine($"Validation: loss {Format.Loss(metric.Loss)}, accuracy "
                + $"{Format.Percent(metric.Accuracy)}{(metric.Best == true ? ", the best so far" : "")}");
        else if (metric.Type == MetricKind.StoppedEarly)
            progress.WriteLine("Stopped early: the validation metric no longer improves.");
    }

    public void OnProgress(TrainingProgress state)
    {
        // The first step's own speed would promise far too long a time.
        if (!FirstStep.Mark() && Output.IsTerminal)
        {
            progress.Report($"training, {settings.Epochs} {(settings.Epochs == 1 ? "epoch" : "epochs")}",
                state.Steps > 0 ? (double)state.Step / state.Steps : null,
                $"{Format.Count(state.SamplesPerSecond)} images/s, {Format.Time(state.Remaining)} left");
        }
    }

    public void OnTest() => progress.Report("testing", null, "");
}
