using System.Globalization;
using System.Text.RegularExpressions;
using Ballast.Cli;
using Ballast.Lab;
using static Ballast.Tests.Cli.NarrowTerminalTests;

namespace Ballast.Tests.Lab;

/// <summary>Each study's page, terminal and JSON say the same of each comparison, and its plots say what is drawn.</summary>
public partial class StudyNumbersTests
{
    public static TheoryData<string> All => [.. Study.All.Select(static study => study.Name)];

    // A number as it is written, the exact one, and what a share is multiplied by.
    static void Same(string written, double exact, double factor)
    {
        double read = double.Parse(written.Replace('−', '-').Replace(",", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
        int decimals = written.Contains('.', StringComparison.Ordinal) && !written.Contains('e', StringComparison.Ordinal) ? written.Length - written.IndexOf('.', StringComparison.Ordinal) - 1 : 0;
        Assert.True(Math.Abs(read - factor * exact) <= Math.Max(0.5001 * Math.Pow(10, -decimals), 0.006 * Math.Abs(read)), $"{written} is not {factor * exact}");
    }

    static void SameP(string written, double exact)
    {
        if (written.StartsWith('<'))
            Assert.True(exact < 0.0001);
        else
            Same(written, exact, 1);
        Assert.Equal(exact < 0.05, written.StartsWith('<') || double.Parse(written, CultureInfo.InvariantCulture) < 0.05);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Page_terminal_and_JSON_have_the_same_numbers(string study)
    {
        var result = Cli.StudyTableTests.Made(study, isLong: false);
        var summary = StudySummary.Of(result);
        Assert.NotEmpty(summary.Comparisons);
        string page = StudyPage.Render(result), seen = PageText.Seen(page);
        string terminal = Regex.Replace(Written(200, false, console => StudyTable.Print(console, result, "study", "page")), " +", " ");
        Assert.Contains(MeasureValue.Plain(summary.Answer), terminal, StringComparison.Ordinal);
        Assert.Contains(Letters(summary.Answer), Letters(seen), StringComparison.Ordinal);
        string[] rows = [.. Row().Matches(terminal).Select(static row => row.Value)];
        Assert.Equal(summary.Comparisons.Count, rows.Length);
        foreach (var (found, row) in summary.Comparisons.Zip(rows))
        {
            double factor = result.Definition.Measure(found.Measure).Format == MeasureFormat.Percent ? 100 : 1;
            string[] cells = [.. row.Split('|', StringSplitOptions.TrimEntries).Skip(1)];
            Assert.Equal($"{found.A} - {found.B}", cells[0]);
            Same(cells[1], found.Mean, factor);
            string[] ends = cells[2].Split(" to ");
            if (double.IsFinite(found.Low))
            {
                Same(ends[0], found.Low, factor);
                Same(ends[1], found.High, factor);
                // An interval on one side of 0 and a p below 0.05 are the same.
                Assert.Equal(found.P < 0.05, found.Low * found.High > 0);
            }

            SameP(cells[3], found.P);
            string needed = found.Needed is { } count ? count.ToString("#,0", CultureInfo.InvariantCulture) : "none would do";
            Assert.Equal(found.Obstacle is not null ? "no conclusion" : found.P < 0.05 ? "" : needed, cells[4]);
            Assert.Equal(found.Obstacle is null && found.P < 0.05, found.Different);
            // The page has the same cells, with its own signs, and what is needed below p.
            string note = found.Obstacle is not null ? " no conclusion" : found.P < 0.05 ? "" : found.Needed is null ? " none would do" : $" {needed} needed";
            string expected = $"{found.A} − {found.B} {cells[1]} {cells[2]} {cells[3]}{note}".Replace('-', '−');
            Assert.Contains(expected, seen.Replace('-', '−'), StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Every_picture_says_what_its_axes_are(string study)
    {
        var result = Cli.StudyTableTests.Made(study, isLong: false);
        string page = StudyPage.Render(result);
        foreach (var chart in PageText.Data(page).GetProperty("charts").EnumerateArray())
            PageText.IsWhole(chart);
        string[] rows = page.Split("<figure class=\"dots");
        Assert.True(rows.Length > 1);
        foreach (string figure in rows[1..])
        {
            string title = Regex.Match(figure, "<div class=\"row title\"><span></span><span>([^<]+)</span>").Groups[1].Value;
            Assert.NotEqual("", title);
            Assert.Equal(figure.StartsWith(" forest", StringComparison.Ordinal), title.StartsWith("difference of the ", StringComparison.Ordinal));
            // A share has its unit.
            if (title.Contains("accuracy", StringComparison.Ordinal) && !title.Contains("mini-batches", StringComparison.Ordinal))
                Assert.Matches(", percent(age points)?$", title);
        }
    }

    [Theory]
    [InlineData(0.1, false, " No conclusion is drawn: 4 of 4 trainings stayed at chance.")]
    [InlineData(0.6, false, "")]
    [InlineData(0.6, true, " No conclusion is drawn: 1 of 4 trainings diverged.")]
    public void Of_one_network_nothing_is_concluded_that_has_learned_nothing(double accuracy, bool diverges, string said)
    {
        var definition = Study.Folds(SampleStudy.Settings(SampleStudy.Options), 4, stratified: false, SampleStudy.Data);
        var record = new StudyRecord(definition, Machine.Describe("ballast train", []), 200, 10_000, false, RunSamples.Of(SampleStudy.Data.Train), 0.1);
        var trials = definition.Repeats.Select((repeat, i) => new TrialResult
        {
            Arm = definition.Arms[0].Name,
            Seed = repeat.Seed,
            Fold = repeat.Fold,
            DivergedAt = diverges && i == 0 ? 17 : null,
            Values = diverges && i == 0 ? new Dictionary<string, double>() : definition.Measures.ToDictionary(static measure => measure.Name, _ => accuracy + i / 1000.0),
        });
        Assert.EndsWith($"divisions of the images.{said}", StudySummary.Of(new StudyResult(record, [.. trials])).Answer, StringComparison.Ordinal);
    }

    static string Letters(string text) => Regex.Replace(text, @"\s+", "");

    [GeneratedRegex(@"^\|[^|\n]* - [^|\n]*\|[^|\n]*\|[^|\n]* to [^|\n]*\|[^|\n]*\|[^|\n]*\|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
