using static Ballast.Lab.ReportFormat;
using static Ballast.Lab.ReportParts;

namespace Ballast.Lab;

/// <summary>The curves of a run's page: accuracy and loss over training, and what the optimizer did.</summary>
sealed class RunCharts
{
    readonly RunReport report;
    readonly ChartData? accuracy, held, loss, rate, gradient;

    public RunCharts(RunReport report)
    {
        this.report = report;
        var curve = report.Curve;
        accuracy = EpochChart.Of(
            ($"training {report.Samples}", "with", EpochChart.Training(curve)), (report.Held, "without", EpochChart.Validation(curve)));
        held = curve.Epochs.Any(static epoch => epoch.ValidationLoss is not null) ? EpochChart.Of("held", "loss", "loss",
            ("trained on", "with", [.. curve.Epochs.Select(static epoch => (epoch.Epoch, EpochChart.Rounded(epoch.Loss)))]),
            (report.Target is null ? "held back" : "held out", "without",
                [.. curve.Epochs.Select(static epoch => (epoch.Epoch, EpochChart.Rounded(epoch.ValidationLoss)))])) : null;
        // A line an epoch is what the chart of epochs shows.
        loss = held is null || report.Settings.LogEvery != report.StepsPerEpoch ? Losses() : null;
        rate = Rates("rate", "learning rate", "with", static point => point.LearningRate);
        gradient = Rates("gradient", "gradient norm", "third", static point => point.GradientNorm);
    }

    /// <summary>What the page's script draws.</summary>
    public IReadOnlyList<ChartData> All => [.. new[] { accuracy, held, loss, rate, gradient }.OfType<ChartData>()];

    /// <summary>The curves of what is learned.</summary>
    public Markup Curves()
    {
        if (loss is null && accuracy is null && held is null)
            return new Markup("<p>There are fewer than two points, which are no curve.</p>");
        var parts = new List<Markup>();
        if (accuracy is not null)
            parts.Add(Chart(accuracy, "Accuracy of each epoch", "Accuracy of each epoch."));
        if (held is not null)
            parts.Add(Chart(held, $"Loss of each epoch, trained on and on the {report.Held}", "Loss of each epoch."));
        if (loss is not null)
        {
            parts.Add(Chart(
                loss, $"Training loss, mean of each {Count(report.Settings.LogEvery)} mini-batches", "Training loss over all mini-batches."));
        }

        parts.Add(Reading());
        parts.Add(Hint);
        return Markup.Join(parts);
    }

    /// <summary>What the optimizer did; nothing where that was not kept.</summary>
    public Markup Steps() => rate is null ? Markup.None : Section("The steps",
        Chart(rate, "Learning rate", "Learning rate over all mini-batches."),
        gradient is null ? Markup.None : Chart(gradient, "Norm of the gradient", "Norm of the gradient over all mini-batches."),
        new Markup("""
            <p><b>How to read it.</b> Of each line of the log the last mini-batch's learning rate, and the norm of its gradient over all weights. A
            norm that grows without end comes before a loss that does; one that falls to 0 says that nothing more is learned.</p>

            """));

    Markup Reading()
    {
        if (report.Classes < 2)
        {
            return new Markup("""
                <p><b>How to read it.</b> The loss is the mean squared error of what is predicted, in standard deviations: 1 is what predicting
                the mean costs. Where the loss of what is trained on falls on and that of what is held out rises, the network learns by heart. The
                vertical axes do not begin at 0.</p>

                """);
        }

        return Markup.Of($"""
            <p><b>How to read it.</b> The accuracy on training {report.Samples} is counted while the epoch goes on and the weights change. A loss of
            {Loss(Math.Log(report.Classes))} is what guessing costs by the cross entropy. The vertical axes do not begin at 0.</p>

            """);
    }

    ChartData? Losses()
    {
        var points = new SortedDictionary<int, double>();
        foreach (var point in report.Curve.Points.Where(static point => double.IsFinite(point.Loss)))
            points[point.Step] = Math.Round(point.Loss, 5);
        return points.Count < 2 ? null : Over("training", "training loss", "loss", "with", [.. points.Keys.Select(static step => (double)step)],
            [.. points.Values.Select(static value => (double?)value)]);
    }

    ChartData? Rates(string id, string title, string tone, Func<RatePoint, double?> value)
    {
        var points = new SortedDictionary<long, double>();
        foreach (var point in report.Curve.Rates)
        {
            if (value(point) is { } known && double.IsFinite(known))
                points[point.Step] = known;
        }

        return points.Count < 2 ? null : Over(id, title, "number", tone, [.. points.Keys.Select(static step => (double)step)],
            [.. points.Values.Select(static known => (double?)known)]);
    }

    ChartData Over(string id, string title, string format, string tone, IReadOnlyList<double> x, IReadOnlyList<double?> values) => new(id)
    {
        Unit = "mini-batch",
        Title = title,
        Format = format,
        From = 0,
        To = Math.Max((double)report.Settings.Epochs * report.StepsPerEpoch, x[^1]),
        X = x,
        Series = [new(title, tone, values)],
    };
}
