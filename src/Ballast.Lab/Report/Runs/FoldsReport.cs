namespace Ballast.Lab;

/// <summary>What the page of a file's cross validation shows. <see cref="FoldsPage"/> renders it.</summary>
/// <param name="Record">How it was made.</param>
/// <param name="Tests">The test of each fold, of samples that its network had not seen.</param>
/// <param name="Findings">What the networks did with all samples, each with those of its fold; null where that is not known.</param>
public sealed record FoldsReport(RunRecord Record, IReadOnlyList<Metric> Tests, RunFindings? Findings)
{
    /// <summary>What is measured: <c>accuracy</c>, or the name of the first of <see cref="Metric.Measures"/>.</summary>
    public string Measure => Tests[0].Accuracy is not null ? "accuracy" : Tests[0].Measures?.Keys.FirstOrDefault() ?? "loss";

    /// <summary>The measure of a fold; not a number where it has none.</summary>
    public double ValueOf(Metric test)
    {
        ArgumentNullException.ThrowIfNull(test);
        return (Measure switch
        {
            "accuracy" => test.Accuracy,
            "loss" => test.Loss,
            _ => test.Measures?.TryGetValue(Measure, out double value) == true ? value : null,
        }) ?? double.NaN;
    }

    /// <summary>The mean of the folds and their standard deviation, over n - 1.</summary>
    public SampleSummary Summary => SampleSummary.Of([.. Tests.Select(ValueOf).Where(double.IsFinite)]);
}
