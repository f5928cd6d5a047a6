using static Ballast.Lab.ReportFormat;

namespace Ballast.Lab;

/// <summary>What a comparison found, in sentences. It judges only what was measured: the last epoch that both runs
/// completed, or less where there is less.</summary>
sealed class ComparisonAnswer
{
    readonly ComparisonReport report;

    public ComparisonAnswer(ComparisonReport report)
    {
        this.report = report;
        Epoch = report.ComparedEpoch;
    }

    /// <summary>The last epoch that both runs completed with finite losses; null if there is none.</summary>
    public int? Epoch { get; }

    /// <summary>The mean loss of an epoch; null if the run did not complete it.</summary>
    public double? Mean(RunCurve? run, int epoch) => report.MeanLoss(run, epoch);

    /// <summary>The answer in a sentence.</summary>
    public Markup Sentence()
    {
        if (Epoch is { } epoch)
        {
            return Markup.Of($"""
                With batch normalization the mean loss of epoch {epoch} was {Value(Mean(report.With, epoch), "with")},
                without it {Value(Mean(report.Without, epoch), "without")}.
                """);
        }

        var (with, without) = (LastFinite(report.With), LastFinite(report.Without));
        if (with is null && without is null)
            return new Markup("Nothing was measured: the runs ended before the first point of their curves.");

        if (LastCommonStep() is { } step)
        {
            return Markup.Of($"""
                After {Count(step)} mini-batches the loss was {Value(At(report.With!, step), "with")} with batch
                normalization and {Value(At(report.Without!, step), "without")} without.
                """);
        }

        return (with, without) switch
        {
            (_, null) => Markup.Of($"{Alone(report.With, with, "with")} Without it nothing was measured."),
            (null, _) => Markup.Of($"{Alone(report.Without, without, "without")} With it nothing was measured."),
            _ => Markup.Of($"{Alone(report.With, with, "with")} {Alone(report.Without, without, "without")}"),
        };
    }

    /// <summary>What the sentence's numbers mean, and what the test images say if both runs were tested.</summary>
    public Markup Meaning()
    {
        if (Epoch is null && LastFinite(report.With) is null && LastFinite(report.Without) is null)
            return Markup.None;
        if (report is not { With.TestAccuracy: { } with, Without.TestAccuracy: { } without })
            return new Markup("<p>Lower is better.</p>");
        return Markup.Of($"""
            <p>Lower is better. Of {Count(report.TestImages)} images that neither network was trained on, the first
            named {Percent(with)} correctly, the second {Percent(without)}; guessing would get 10&nbsp;%.</p>
            """);
    }

    /// <summary>What a reader must know before trusting the sentence: runs that are missing, short or broken.</summary>
    public IEnumerable<string> Reservations() =>
        [.. Reservations(report.With, "with"), .. Reservations(report.Without, "without")];

    IEnumerable<string> Reservations(RunCurve? run, string name)
    {
        if (run is null)
        {
            yield return $"The network {name} batch normalization was not trained.";
            yield break;
        }

        if (run.Broken is { } broken)
        {
            yield return $"{Capital(name)} batch normalization training diverged: by mini-batch {Count(broken.Step)} " +
                $"(epoch {broken.Epoch}) the loss was no longer a finite number.";
        }
        else if (run.Epochs.FirstOrDefault(static known => known.Loss is { } loss && !double.IsFinite(loss)) is { } spoiled)
        {
            yield return $"{Capital(name)} batch normalization training diverged: the mean loss of epoch {spoiled.Epoch} was no finite number.";
        }
        else if (run.Points.Count == 0 && run.Epochs.Count == 0)
        {
            yield return $"The run {name} batch normalization ended before its first point.";
        }
        else if (Mean(run, report.Epochs) is null && run.Points.Count == 0)
        {
            yield return $"The run {name} batch normalization is incomplete: it ended after epoch {run.Epochs[^1].Epoch} of {report.Epochs}.";
        }
        else if (Mean(run, report.Epochs) is null)
        {
            var last = run.Points[^1];
            string place = Mean(run, last.Epoch) is null ? "in" : "after";
            yield return $"The run {name} batch normalization is incomplete: it ended {place} epoch {last.Epoch} of " +
                $"{report.Epochs}; its last point is at mini-batch {Count(last.Step)}.";
        }

        if (run.TestLoss is { } loss && double.IsNaN(loss))
            yield return $"The network {name} batch normalization gives NaN for test images: it has no accuracy.";
        if (!string.IsNullOrWhiteSpace(run.Remark))
            yield return run.Remark;
    }

    static string Capital(string name) => char.ToUpperInvariant(name[0]) + name[1..];

    Markup Alone(RunCurve? run, LossPoint? last, string name)
    {
        if (run is null || last is not { } point)
            return Markup.None;
        for (int epoch = point.Epoch; epoch > 0; epoch--)
        {
            if (Mean(run, epoch) is { } mean)
            {
                return Markup.Of($"""
                    {Capital(name)} batch normalization the mean loss of epoch {epoch} was {Value(mean, name)}.
                    """);
            }
        }

        return Markup.Of($"""
            {Capital(name)} batch normalization the loss was {Value(point.Loss, name)} after {Count(point.Step)}
            mini-batches.
            """);
    }

    static Markup Value(double? loss, string tone) => Markup.Of($"""<b class="{tone}">{Loss(loss)}</b>""");

    static LossPoint? LastFinite(RunCurve? run)
    {
        for (int i = (run?.Points.Count ?? 0) - 1; i >= 0; i--)
        {
            if (double.IsFinite(run!.Points[i].Loss))
                return run.Points[i];
        }

        return null;
    }

    int? LastCommonStep()
    {
        if (report.With is null || report.Without is null)
            return null;
        var steps = new HashSet<int>(
            from point in report.With.Points where double.IsFinite(point.Loss) select point.Step);
        for (int i = report.Without.Points.Count - 1; i >= 0; i--)
        {
            var point = report.Without.Points[i];
            if (double.IsFinite(point.Loss) && steps.Contains(point.Step))
                return point.Step;
        }

        return null;
    }

    static double At(RunCurve run, int step) => run.Points.Last(point => point.Step == step).Loss;
}
