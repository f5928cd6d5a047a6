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
        ChartData? loss = Losses(report), accuracy = EpochChart.Of(
            ("training images", "with", EpochChart.Training(curve)), ("images held back", "without", EpochChart.Validation(curve)));
        var body = Markup.Join(
        [
            Head(report),
            Section("The curves", Curves(report, loss, accuracy)),
            Activations(SpreadFigure.Draw(new SpreadRun("", "with", curve.Activations))),
            Section("The numbers", Numbers(report), Epochs(curve)),
            Section("Settings", List(
            [
                .. MethodSettings.Describe(report.Settings),
                new("Seed", report.Settings.Seed.ToString(CultureInfo.InvariantCulture)),
                new("Training images", Count(report.TrainingImages)),
                new("Test images", report.TestImages == 0 ? "none" : Count(report.TestImages)),
            ])),
            Section("Where it comes from", Origin(report.Provenance)),
            Again(report.Provenance),
        ]);
        return ReportPage.Render("One network's training", body, new ReportData([.. new[] { loss, accuracy }.OfType<ChartData>()]));
    }

    /// <summary>Writes the page to a file, whole or not at all. Missing folders are created.</summary>
    /// <exception cref="IOException">The file cannot be written; one that was there before is unchanged.</exception>
    public static void Write(RunReport report, string path) => ReportPage.Write(Render(report), path);

    /// <summary>The section on activations; nothing without a picture.</summary>
    internal static Markup Activations(Markup picture) => picture.ToString().Length == 0 ? Markup.None
        : Section("What activations do", picture, new Markup("""
            <p><b>How to read it.</b> A few training images go through the network as in training: before normalization values wander and spread as
            weights change; after it each mini-batch has mean 0 and standard deviation 1 times a scale, plus a shift, which are learned. Without
            normalization what activations are given may drift to where they are flat or zero.</p>

            """));

    static Markup Head(RunReport report)
    {
        var curve = report.Curve;
        string epochs = report.Settings.Epochs == 1 ? "1 epoch" : $"{Count(report.Settings.Epochs)} epochs";
        double guess = 1.0 / Math.Max(1, report.Classes);
        var answer = curve switch
        {
            { TestAccuracy: { } tested } => Markup.Of($"The network classifies {Value(tested)} of the test images correctly."),
            { Epochs: [.., { ValidationAccuracy: { } held } last] } =>
                Markup.Of($"After epoch {last.Epoch} the network classifies {Value(held)} of the images held back correctly."),
            { Epochs: [.., { Accuracy: { } trained } last] } => Markup.Of(
                $"In epoch {last.Epoch} the network classified {Value(trained)} of its training images correctly; there was nothing to test on."),
            _ => new Markup("Nothing was measured yet."),
        };
        var notes = new List<string>();
        if (curve.Broken is { } broken)
            notes.Add($"Training diverged: by mini-batch {Count(broken.Step)} (epoch {broken.Epoch}) the loss was no longer a finite number.");
        if (curve.TestLoss is { } loss && double.IsNaN(loss))
            notes.Add("The network gives NaN for test images: it has no accuracy.");
        if (curve.Remark is { } remark)
            notes.Add(remark);
        var note = notes.Count == 0 ? Markup.None
            : Markup.Of($"""<div class="note" role="note">{notes.Select(static text => Markup.Of($"<p>{text}</p>"))}</div>""");
        return Markup.Of($"""
            <header>
            <h1>{report.Settings.Layers}</h1>
            <p class="answer">{answer}</p>
            <p>Guessing among {report.Classes} classes would get {Percent(guess)}.</p>
            {note}
            <p class="facts"><span>{NamedDatasets.Title(report.Settings.Data)}</span> ·
            <span>{epochs} of {Count(report.StepsPerEpoch)} mini-batches</span> ·
            <span>seed {report.Settings.Seed}</span> ·
            <span>{report.Provenance.Date.ToString("d MMMM yyyy", CultureInfo.InvariantCulture)}</span></p>
            </header>

            """);
    }

    static Markup Value(double accuracy) => Markup.Of($"""<b class="with">{Percent(accuracy)}</b>""");

    static Markup Curves(RunReport report, ChartData? loss, ChartData? accuracy)
    {
        if (loss is null && accuracy is null)
            return new Markup("<p>There are fewer than two points, which are no curve.</p>");
        var parts = new List<Markup>();
        if (accuracy is not null)
            parts.Add(Chart(accuracy, "Accuracy of each epoch", "Accuracy of each epoch."));
        if (loss is not null)
        {
            parts.Add(Chart(
                loss, $"Training loss, mean of each {Count(report.Settings.LogEvery)} mini-batches", "Training loss over all mini-batches."));
        }

        parts.Add(Markup.Of($"""
            <p><b>How to read it.</b> The accuracy on training images is counted while the epoch goes on and the weights change. A loss of
            {Loss(Math.Log(Math.Max(1, report.Classes)))} is what guessing costs by the cross entropy. The vertical axes do not begin at 0.</p>

            """));
        parts.Add(Hint);
        return Markup.Join(parts);
    }

    static ChartData? Losses(RunReport report)
    {
        var points = new SortedDictionary<int, double>();
        foreach (var point in report.Curve.Points.Where(static point => double.IsFinite(point.Loss)))
            points[point.Step] = Math.Round(point.Loss, 5);
        return points.Count < 2 ? null : new ChartData("training")
        {
            Unit = "mini-batch",
            Title = "training loss",
            From = 0,
            To = Math.Max((double)report.Settings.Epochs * report.StepsPerEpoch, points.Keys.Last()),
            X = [.. points.Keys.Select(static step => (double)step)],
            Series = [new("training loss", "with", [.. points.Values.Select(static loss => (double?)loss)])],
        };
    }

    static Markup Numbers(RunReport report)
    {
        var curve = report.Curve;
        return List(
        [
            new("Accuracy on the test images", Percent(curve.TestAccuracy)), new("Loss on the test images", Loss(curve.TestLoss)),
            new("Training time", Seconds(curve.TrainingSeconds)), new("Images a second", Count(curve.ImagesPerSecond)),
        ]);
    }

    static Markup Epochs(RunCurve curve)
    {
        if (curve.Epochs.Count == 0)
            return Markup.None;
        bool held = curve.Epochs.Any(static epoch => epoch.ValidationAccuracy is not null);
        int rows = Math.Min(EpochRows, curve.Epochs.Count);
        double step = rows == 1 ? 0 : (curve.Epochs.Count - 1d) / (rows - 1);
        var shown = Enumerable.Range(0, rows).Select(row => curve.Epochs[(int)Math.Round(row * step)]);
        var heading = held ? new Markup("<th scope=\"col\">held back</th>") : Markup.None;
        return Markup.Of($"""
            <table class="epochs">
            <caption>By epoch</caption>
            <thead><tr><th scope="col">epoch</th><th scope="col">mean loss</th><th scope="col">accuracy</th>{heading}</tr></thead>
            <tbody>
            {shown.Select(epoch => Row(epoch, held))}</tbody>
            </table>

            """);
    }

    static Markup Row(EpochPoint epoch, bool held)
    {
        var validation = held ? Markup.Of($"<td>{Percent(epoch.ValidationAccuracy)}</td>") : Markup.None;
        return Markup.Of($"""
            <tr><th scope="row">{epoch.Epoch}</th><td>{Loss(epoch.Loss)}</td><td>{Percent(epoch.Accuracy)}</td>{validation}</tr>

            """);
    }
}
