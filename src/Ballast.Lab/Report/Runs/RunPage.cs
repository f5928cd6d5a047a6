using System.Globalization;
using static Ballast.Lab.ReportFormat;
using static Ballast.Lab.ReportParts;

namespace Ballast.Lab;

/// <summary>Turns a <see cref="RunReport"/> into one self-contained HTML page: it loads nothing, works in light and dark, on a phone and on
/// paper.</summary>
public static class RunPage
{
    const int EpochRows = 24;

    /// <summary>The page as HTML.</summary>
    public static string Render(RunReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var curve = report.Curve;
        var charts = new RunCharts(report);
        var body = Markup.Join(
        [
            RunHead.Of(report),
            Section("The curves", charts.Curves()),
            Activations(SpreadFigure.Draw(new SpreadRun("", "with", curve.Activations))),
            FindingSections.Of(report),
            charts.Steps(),
            Section("The numbers", Numbers(report), Epochs(curve)),
            Section("Settings", List(
            [
                .. MethodSettings.Describe(report.Settings),
                new("Seed", report.Settings.Seed.ToString(CultureInfo.InvariantCulture)),
                new($"Training {report.Samples}", Count(report.TrainingImages)),
                new(MeasureText.Capital(report.Tested), report.TestImages == 0 ? "none" : Count(report.TestImages)),
            ])),
            Section("Where it comes from", Origin(report.Provenance)),
            Again(report.Provenance),
        ]);
        return ReportPage.Render("One network's training", body, new ReportData([.. charts.All, .. ForecastSection.Charts(report)]));
    }

    /// <summary>Writes the page to a file, whole or not at all. Missing folders are created.</summary>
    /// <exception cref="IOException">The file cannot be written; one that was there before is unchanged.</exception>
    public static void Write(RunReport report, string path) => ReportPage.Write(Render(report), path);

    /// <summary>The section on activations; nothing without a picture.</summary>
    internal static Markup Activations(Markup picture) => picture.ToString().Length == 0 ? Markup.None
        : Section("What activations do", picture, new Markup("""
            <p><b>How to read it.</b> A few training samples go through the network as in training: before normalization values wander and spread as
            weights change; after it each mini-batch has mean 0 and standard deviation 1 times a scale, plus a shift, which are learned. Without
            normalization what activations are given may drift to where they are flat or zero.</p>

            """));

    static Markup Numbers(RunReport report)
    {
        var curve = report.Curve;
        bool numbers = curve.TestAccuracy is null && curve.TestMeasures.Count > 0;
        return List(
        [
            .. numbers ? (Setting[])[] : [new($"Accuracy on the {report.Tested}", Percent(curve.TestAccuracy))],
            new($"Loss on the {report.Tested}", Loss(curve.TestLoss)),
            .. curve.TestMeasures.Select(measure => new Setting($"{MeasureName(measure.Key)} on the {report.Tested}", Loss(measure.Value))),
            new("Training time", Seconds(curve.TrainingSeconds)),
            new($"{MeasureText.Capital(report.Samples)} a second", Count(curve.ImagesPerSecond)),
        ]);
    }

    /// <summary>A measure as one reads it.</summary>
    internal static string MeasureName(string name) => name switch
    {
        "r2" => "R²",
        "auroc" => "Area under the receiver operating characteristic",
        "mae" => "Mean absolute error",
        "rmse" => "Root of the mean squared error",
        _ => name,
    };

    // Accuracies where there are any, losses otherwise.
    static Markup Epochs(RunCurve curve)
    {
        if (curve.Epochs.Count == 0)
            return Markup.None;
        bool accurate = curve.Epochs.Any(static epoch => epoch.Accuracy is not null);
        bool held = curve.Epochs.Any(epoch => Held(epoch, accurate) is not null);
        int rows = Math.Min(EpochRows, curve.Epochs.Count);
        double step = rows == 1 ? 0 : (curve.Epochs.Count - 1d) / (rows - 1);
        var shown = Enumerable.Range(0, rows).Select(row => curve.Epochs[(int)Math.Round(row * step)]);
        return Markup.Of($"""
            <table class="epochs">
            <caption>By epoch</caption>
            <thead><tr><th scope="col">epoch</th><th scope="col">mean loss</th>
            {Heading("accuracy", accurate || !held)}{Heading("held back", held)}</tr></thead>
            <tbody>
            {shown.Select(epoch => Row(epoch, accurate, held))}</tbody>
            </table>

            """);
    }

    static double? Held(EpochPoint epoch, bool accurate) => accurate ? epoch.ValidationAccuracy : epoch.ValidationLoss;

    static Markup Heading(string name, bool isThere) => isThere ? Markup.Of($"<th scope=\"col\">{name}</th>") : Markup.None;

    static Markup Row(EpochPoint epoch, bool accurate, bool held)
    {
        string seen = accurate ? Percent(epoch.ValidationAccuracy) : Loss(epoch.ValidationLoss);
        return Markup.Of($"""
            <tr><th scope="row">{epoch.Epoch}</th><td>{Loss(epoch.Loss)}</td>{Cell(Percent(epoch.Accuracy), accurate || !held)}{Cell(seen, held)}</tr>

            """);
    }

    static Markup Cell(string text, bool isThere) => isThere ? Markup.Of($"<td>{text}</td>") : Markup.None;
}
