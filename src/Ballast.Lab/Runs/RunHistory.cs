namespace Ballast.Lab;

/// <summary>Reads what a run measured back from its folder.</summary>
public static class RunHistory
{
    /// <summary>The run's curve so far.</summary>
    /// <exception cref="InvalidDataException">Its metrics are damaged.</exception>
    public static RunCurve Read(RunFolder folder)
    {
        var metrics = MetricsLog.Read(folder.MetricsPath);
        var test = metrics.LastOrDefault(static metric => metric.Type == MetricKind.Evaluation);
        return new RunCurve
        {
            Points =
            [
                .. from metric in metrics
                   where metric.Type is MetricKind.Train or MetricKind.Diverged
                   select new LossPoint((int)metric.Step, metric.Epoch ?? 0, metric.Loss ?? double.NaN),
            ],
            Epochs = Epochs(metrics),
            Rates =
            [
                .. from metric in metrics
                   where metric is { Type: MetricKind.Train, LearningRate: not null }
                   select new RatePoint(metric.Step, metric.LearningRate!.Value, metric.GradientNorm),
            ],
            Activations = ActivationLog.Read(folder.ActivationsPath),
            TestLoss = test?.Loss,
            TestAccuracy = Number(test?.Accuracy),
            TestMeasures = test?.Measures ?? new Dictionary<string, double>(),
            TestTimeAugmentation = test?.TestTimeAugmentation ?? TestTimeAugmentation.None,
            PlainTestAccuracy = Number(metrics.LastOrDefault(
                static metric => metric is { Type: MetricKind.Evaluation, TestTimeAugmentation: null })?.Accuracy),
            TrainingSeconds = metrics.Max(static metric => metric.Seconds),
            ImagesPerSecond = metrics.LastOrDefault(static metric => metric.ImagesPerSecond is not null)?.ImagesPerSecond,
            Remark = metrics is [.., { Type: MetricKind.Stopped, Step: var step }]
                ? $"Training was stopped at mini-batch {step} and can be resumed." : null,
        };
    }

    // An epoch that comes twice, as after a resumption, counts as it came last.
    static IReadOnlyList<EpochPoint> Epochs(IReadOnlyList<Metric> metrics) =>
    [
        .. from metric in metrics
           where metric is { Type: MetricKind.Epoch or MetricKind.Validation, Epoch: not null }
           group metric by metric.Epoch!.Value into epoch
           let over = epoch.LastOrDefault(static metric => metric.Type == MetricKind.Epoch)
           where over is not null
           orderby epoch.Key
           let held = epoch.LastOrDefault(static metric => metric.Type == MetricKind.Validation)
           select new EpochPoint(epoch.Key, over.Loss, Number(over.Accuracy), Number(held?.Accuracy))
           {
               ValidationLoss = Number(held?.Loss),
               Measures = held?.Measures ?? new Dictionary<string, double>(),
           },
    ];

    // A network that gives NaN has no accuracy.
    static double? Number(double? accuracy) => accuracy is { } value && double.IsFinite(value) ? value : null;

    /// <summary>Whether a run has nothing left to do: trained for all its epochs, and tested where it can be.</summary>
    public static bool IsFinished(RunFolder folder)
    {
        var settings = folder.Record.Settings;
        var metrics = MetricsLog.Read(folder.MetricsPath);
        bool trained = metrics.Any(metric =>
            (metric.Type == MetricKind.Epoch && metric.Epoch >= settings.Epochs) || metric.Type == MetricKind.StoppedEarly);
        bool tested = !settings.IsTested || (metrics is [.., { Type: MetricKind.Evaluation } last]
            && (last.TestTimeAugmentation ?? TestTimeAugmentation.None) == settings.TestedWith);
        return trained && tested && File.Exists(folder.WeightsPath);
    }
}
