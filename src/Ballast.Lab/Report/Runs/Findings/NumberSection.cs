using static Ballast.Lab.MeasureText;
using static Ballast.Lab.ReportParts;

namespace Ballast.Lab;

/// <summary>What a network does with numbers: predictions against the truth, and its errors.</summary>
static class NumberSection
{
    const int Parts = 24;

    /// <summary>The section.</summary>
    /// <param name="found">What it said.</param>
    /// <param name="held">What the samples are called.</param>
    public static Markup Of(NumberFindings found, string held)
    {
        var residuals = found.Residuals;
        PlotScale value = PlotScale.Of([.. found.Truth, .. found.Predicted]), error = PlotScale.Of([.. residuals, 0]);
        var truth = new PlotFigure("Predictions against the truth", value, value, $"{found.Name}, true", "predicted")
            .Line("soft", [(value.From, value.From), (value.To, value.To)], dashed: true)
            .Points("with", [.. found.Truth.Zip(found.Predicted)]);
        var spread = new PlotFigure("Errors by prediction", value, error, $"{found.Name}, predicted", "predicted less true")
            .Line("soft", [(value.From, 0), (value.To, 0)], dashed: true)
            .Points("without", [.. found.Predicted.Zip(residuals)]);
        return Section("Where it errs", List(
            [
                new("R²", found.R2 is { } r2 ? ReportFormat.Loss(r2) : "–"),
                new("Mean absolute error", Short(found.MeanAbsoluteError)),
                new("Root of the mean squared error", Short(found.RootMeanSquaredError)),
                new("Mean error", Short(residuals.Average())),
                .. found.Interval is { } within ? [new("90 % of the errors are below", Short(within))] : (Setting[])[],
            ]),
            Markup.Of($"""
                <div class="squares">{truth.Draw("Predictions against the truth.")}{spread.Draw("Errors by prediction.")}
                {Histogram(residuals).Draw("How often each error occurs.")}</div>
                <p><b>How to read it.</b> Each point is one of the {held}. Points on the diagonal are right. Errors that lean or fan out with the
                prediction say that something is not learned yet, or that large values are noisier than small ones.</p>

                """));
    }

    static PlotFigure Histogram(IReadOnlyList<double> residuals)
    {
        double low = residuals.Min(), high = residuals.Max(), width = Math.Max(high - low, 1e-9) / Parts;
        int[] counts = new int[Parts];
        foreach (double error in residuals)
            counts[Math.Clamp((int)((error - low) / width), 0, Parts - 1)]++;
        int most = counts.Max();
        double step = Math.Max(1, Math.Ceiling(most / 4.0));
        var up = new PlotScale(0, most * 1.05, step, [.. Enumerable.Range(0, 5).Select(k => k * step).Where(tick => tick <= most * 1.05)]);
        return new PlotFigure("How errors are distributed", PlotScale.Of([low, high]), up, "predicted less true", "how many")
            .Bars("without", counts.Select((count, i) => (low + i * width, low + (i + 1) * width, (double)count)));
    }
}
