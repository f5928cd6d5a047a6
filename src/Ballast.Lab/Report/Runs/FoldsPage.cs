using System.Globalization;
using static Ballast.Lab.ReportFormat;
using static Ballast.Lab.ReportParts;

namespace Ballast.Lab;

/// <summary>Turns a <see cref="FoldsReport"/> into one self-contained HTML page: the test of each fold, and what the networks did with all samples,
/// each of which one of them had not seen.</summary>
public static class FoldsPage
{
    /// <summary>The page as HTML.</summary>
    public static string Render(FoldsReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var (record, settings) = (report.Record, report.Record.Settings);
        var samples = new RunReport
        {
            Curve = new RunCurve(),
            Settings = settings,
            StepsPerEpoch = 0,
            Classes = record.TrainedOn.ClassNames.Count,
            TrainingImages = report.Tests.Sum(static test => test.Count ?? 0),
            TestImages = report.Tests.Sum(static test => test.Count ?? 0),
            Samples = "rows",
            Target = string.Join(", ", record.File!.Targets),
            Findings = report.Findings,
            Provenance = record.Provenance,
        };
        var body = Markup.Join(
        [
            Head(report, samples),
            Section("The folds", Table(report)),
            FindingSections.Of(samples),
            Section("Settings", List(
            [
                .. MethodSettings.Describe(settings),
                new("Seed", settings.Seed.ToString(CultureInfo.InvariantCulture)),
                new("Folds", Drawn(record.File)),
                .. record.File.Members is { } members ? [new("Networks averaged in each fold", Count(members))] : (Setting[])[],
            ])),
            Section("Where it comes from", Origin(record.Provenance)),
            Again(record.Provenance),
        ]);
        return ReportPage.Render("Cross validation", body, new ReportData([]));
    }

    /// <summary>Writes the page to a file, whole or not at all.</summary>
    /// <exception cref="IOException">The file cannot be written; one that was there before is unchanged.</exception>
    public static void Write(FoldsReport report, string path) => ReportPage.Write(Render(report), path);

    static Markup Head(FoldsReport report, RunReport samples)
    {
        var summary = report.Summary;
        string name = report.Measure == "accuracy" ? "accuracy" : RunPage.MeasureName(report.Measure);
        string spread = summary.Deviation is { } deviation ? $" ± {Value(report, deviation)}" : "";
        return Markup.Of($"""
            <header>
            <h1>{samples.Target} of {NamedDatasets.Title(report.Record.Settings.Data)}, in {Count(report.Tests.Count)} folds</h1>
            <p class="answer">Mean {name} of rows not seen in training: <b class="with">{Value(report, summary.Mean)}</b>{spread}.</p>
            <p>The rows are divided into {Count(report.Tests.Count)} folds. Each is tested on once, by networks that were trained on the others: no
            row counts that its network has learned. Behind ± stands the standard deviation of the folds.</p>
            <p class="facts"><span>{NamedDatasets.Title(report.Record.Settings.Data)}</span> ·
            <span>{Count(samples.TestImages)} rows</span> ·
            <span>seed {report.Record.Settings.Seed}</span> ·
            <span>{report.Record.Provenance.Date.ToString("d MMMM yyyy", CultureInfo.InvariantCulture)}</span></p>
            </header>

            """);
    }

    static Markup Table(FoldsReport report) => Markup.Of($"""
        <table class="results folds">
        <thead><tr><th scope="col">fold</th><th scope="col">rows</th><th scope="col">loss</th>
        <th scope="col">{RunPage.MeasureName(report.Measure)}</th></tr></thead>
        <tbody>
        {report.Tests.Select(test => Markup.Of($"""
            <tr><th scope="row"><a href="{FileFolds.NameOf(test.Fold ?? 1)}/report.html">{test.Fold ?? 1}</a></th><td>{Count(test.Count ?? 0)}</td>
            <td>{Loss(test.Loss)}</td><td>{Value(report, report.ValueOf(test))}</td></tr>

            """))}</tbody></table>
        <p class="hint">Each fold is a run with its own page, in the folder of its name beside this page: its weights predict, evaluate and
        export.</p>

        """);

    static string Value(FoldsReport report, double value) => report.Measure == "accuracy" ? Percent(value) : Loss(value);

    static string Drawn(FileSettings file) => file.Group is { } group ? $"{file.Folds}, of whole groups by {group}"
        : file.Stratified == true ? $"{file.Folds}, each with the classes in the proportion of the whole" : $"{file.Folds}, drawn at random";
}
