using System.Globalization;
using static Ballast.Lab.ReportFormat;
using static Ballast.Lab.ReportParts;

namespace Ballast.Lab;

/// <summary>Turns a <see cref="StudyResult"/> into one self-contained HTML page: it loads nothing, works in light and dark, on a
/// phone and on paper.</summary>
public static class StudyPage
{
    /// <summary>The page as HTML.</summary>
    public static string Render(StudyResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var answer = StudyAnswer.Of(result);
        var charts = new List<ChartData>();
        var pictures = result.Definition.Plots.Select((plot, i) => Picture(result, plot, i, charts)).ToList();
        if (charts.Count > 0)
            pictures.Add(Hint);
        var body = Markup.Join(
        [
            Head(result, answer),
            Section("The question", Question(result)),
            Section("What was measured", Markup.Join(pictures), StudyTables.Trials(result)),
            Section("The numbers", StudyTables.Folds(result), StudyTables.Ranks(result),
                StudyTables.Measurements(result), StudyTables.Comparisons(result)),
            Published(result),
            Section("What this cannot tell", Limits(result)),
            Section("Settings", Settings(result)),
            Section("Where it comes from", Origin(result.Record.Provenance)),
            Again(result),
        ]);
        return ReportPage.Render(result.Definition.Title, body, new ReportData(charts));
    }

    /// <summary>Writes the page to a file, whole or not at all. Missing folders are created.</summary>
    /// <exception cref="IOException">The file cannot be written; one that was there before is unchanged.</exception>
    public static void Write(StudyResult result, string path) => ReportPage.Write(Render(result), path);

    static Markup Head(StudyResult result, StudyAnswer answer)
    {
        var reservations = answer.Reservations().Select(static text => Markup.Of($"<p>{text}</p>")).ToList();
        var note = reservations.Count == 0 ? Markup.None
            : Markup.Of($"""<div class="note" role="note">{reservations}</div>""");
        string date = result.Record.Provenance.Date.ToString("d MMMM yyyy", CultureInfo.InvariantCulture);
        var definition = result.Definition;
        string repeats = definition.Folds > 0 ? $"{definition.Folds} folds"
            : definition.Seeds.Count == 1 ? "1 seed" : $"{definition.Seeds.Count} seeds";
        return Markup.Of($"""
            <header>
            <h1>{definition.Title}</h1>
            <p class="answer">{answer.Sentence()}</p>
            {answer.Meaning()}
            {note}
            <p class="facts"><span>{NamedDatasets.Title(definition.Arms[0].Settings.Data)}</span> ·
            <span>{definition.Arms.Count} arms</span> ·
            <span>{repeats}</span> ·
            <span>{result.Trials.Count} trainings</span> ·
            <span>{date}</span></p>
            </header>

            """);
    }

    static Markup Question(StudyResult result) => Markup.Of($"""
        <p>{result.Definition.Question}</p>
        <p>The primary measure, which the answer is about, is {result.Definition.Primary.Title}.</p>
        <dl class="arms">{result.Definition.Arms.Select(arm => Markup.Of(
            $"<div><dt><i class=\"swatch {Tones.Of(result.Definition, arm)}\"></i>{arm.Name}</dt><dd>{arm.Title}</dd></div>\n"))}</dl>
        """);

    static Markup Picture(StudyResult result, StudyPlot plot, int number, List<ChartData> charts)
    {
        var picture = Markup.None;
        if (plot.Kind == PlotKind.Dots)
        {
            picture = DotPlot.Draw(result, plot);
        }
        else if (plot.Kind == PlotKind.Forest)
        {
            picture = ForestPlot.Draw(result, plot);
        }
        else if (StudyCharts.Of(result, plot, number) is { } chart)
        {
            charts.Add(chart);
            string spread = chart.Series.Any(static line => line.Low is not null) ? "; shaded: one standard deviation to each side" : "";
            picture = Chart(chart, plot.Caption + spread, plot.Caption);
        }

        if (picture.ToString().Length == 0)
            return Markup.Of($"<p>{plot.Caption}: {(!StudyCharts.IsMeasured(result, plot) ? "nothing to draw was measured yet"
                : plot.Kind == PlotKind.Forest ? "an interval needs two repetitions or more"
                : "only one point was measured, which is no curve")}.</p>\n");
        return plot.Text is null ? picture : Markup.Of($"{picture}<p>{plot.Text}</p>\n");
    }

    static Markup Published(StudyResult result)
    {
        var definition = result.Definition;
        if (definition.Published.Count == 0 && definition.Expectations.Count == 0)
            return Markup.None;
        var findings = definition.Published.Select(static finding => Markup.Of($"<p><b>{finding.Source}</b>: {finding.Text}</p>\n"));
        var outcomes = definition.Expectations.Select(expectation => Outcome(result, expectation)).ToList();
        var beside = outcomes.Count == 0 ? Markup.None : Markup.Of($"""
            <table class="results outcomes">
            <thead><tr><th scope="col">What was published</th><th scope="col">here</th></tr></thead>
            <tbody>
            {outcomes}</tbody>
            </table>

            """);
        return Section("What was published", Markup.Join(findings), beside);
    }

    static Markup Outcome(StudyResult result, StudyExpectation expectation)
    {
        var measure = result.Definition.Measure(expectation.Measure);
        string numbers = $"{MeasureText.Value(measure.Format, Mean(expectation.Higher))} and "
            + $"{MeasureText.Value(measure.Format, Mean(expectation.Lower))}";
        var found = result.Compare(expectation.Higher, expectation.Lower, measure);
        string p = found is null ? "" : found.Obstacle is { } obstacle ? $": {obstacle}" : $", {MeasureText.NamedP(found.Test.P)}";
        var outcome = result.Outcome(expectation);
        string word = result.InWords(expectation), tone = outcome switch
        {
            ExpectationOutcome.Reproduced => "yes",
            ExpectationOutcome.Contradicted => "no",
            _ => "maybe",
        };
        return Markup.Of($"""
            <tr class="{tone}"><th scope="row">{expectation.Claim}</th><td><b>{MeasureText.Capital(word)}</b><small>{numbers}{p}</small></td></tr>

            """);

        double? Mean(string arm) => result.Summary(result.Definition.Arm(arm), measure) is { Count: > 0 } summary ? summary.Mean : null;
    }

    static Markup Limits(StudyResult result)
    {
        var definition = result.Definition;
        string seeds = definition.Folds > 0
            ? "The folds say how the result moves with the images at hand, not what other images would give."
            : definition.Seeds.Count == 1
                ? "This is one seed. Another starts from other weights and shows the images in another order, "
                    + "and every number would change a little; how much, one cannot say."
                : $"The seeds ({definition.SeedsInWords()}) say how far the numbers move with initial weights "
                    + "and the order of the images. They do not say what other networks, other data or other settings would do.";
        string held = result.Record.HeldOut
            ? "There were no test images: a fifth of the images was held out for the test, the same ones in every trial. " : "";
        return Markup.Of($"<p>{held}{seeds}</p>");
    }

    static Markup Settings(StudyResult result)
    {
        var arms = result.Definition.Arms;
        var common = MethodSettings.Describe(arms[0].Settings)
            .Where(setting => arms.All(arm => MethodSettings.Describe(arm.Settings).Contains(setting))).ToList();
        var own = arms.Select(arm => Markup.Of($"""
            <tr><th scope="row">{arm.Name}</th><td>{string.Join("; ", MethodSettings.Describe(arm.Settings).Except(common)
                .Select(static setting => setting.Name == "Layers" ? setting.Value : $"{setting.Name.ToLowerInvariant()} {setting.Value}"))}</td></tr>

            """));
        return Markup.Of($"""
            {List([.. common, new("Seeds", result.Definition.SeedsInWords()),
                .. Images(result)])}
            <table class="hashes"><caption>What is each arm’s own</caption><tbody>
            {own}</tbody></table>
            """);
    }

    // A cross validation tests on parts of the images to train on.
    static IEnumerable<Setting> Images(StudyResult result) => result.Definition.Folds > 0
        ? [new("Images", Count(result.Record.TrainImages)), new("Images in a fold", Count(result.TestImages))]
        : [new("Training images", Count(result.Record.TrainImages)), new("Test images", Count(result.Record.TestImages))];

    static Markup Again(StudyResult result) => string.IsNullOrWhiteSpace(result.Record.Provenance.CommandLine)
        ? Markup.None
        : Section("Run it again", Markup.Of($"""
            <pre><code>{result.Record.Provenance.CommandLine}</code></pre>
            <p>The file study.json beside this page has the whole definition; anyone can run it again with
            ballast study run study.json, to the same numbers on processors with the same vector width.</p>
            """));
}
