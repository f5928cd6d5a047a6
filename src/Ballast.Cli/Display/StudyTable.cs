using Ballast.Lab;
using Spectre.Console;

namespace Ballast.Cli;

/// <summary>What a study found, at its end: as tables, or where the terminal is too narrow for them as lines.</summary>
static class StudyTable
{
    /// <summary>Prints the answer, the numbers and where everything is.</summary>
    public static void Print(StudyResult result, StudyFolder folder) => Print(Output.Rich(), result, folder.Path, folder.ReportPath);

    /// <summary>Prints it on a console.</summary>
    public static void Print(IAnsiConsole console, StudyResult result, string path, string reportPath)
    {
        var summary = StudySummary.Of(result);
        Write(console, "");
        Write(console, summary.Answer);
        Write(console, "");
        if (summary.Ranks.Count > 0)
            Ranks(console, result, summary);
        if (result.Definition.Folds > 0)
            Folds(console, result);
        Measurements(console, result, summary);
        if (summary.Comparisons.Count > 0)
            Tests(console, result, summary);
        foreach (var claim in result.Definition.Expectations)
            Write(console, $"{result.InWords(claim)}: {claim.Claim}", capital: true);
        if (result.Definition.Folds > 0)
            Write(console, $"The network of each fold: {Path.Combine(path, "weights")}");
        Write(console, $"Study:  {path}");
        Write(console, $"Report: {reportPath}");
    }

    static void Ranks(IAnsiConsole console, StudyResult result, StudySummary summary)
    {
        var measure = result.Definition.Primary;
        var rows = new TableRows($"rank by {measure.Title}", "mean", "group");
        for (int i = 0; i < summary.Ranks.Count; i++)
            rows.Add($"{i + 1}. {summary.Ranks[i].Arm}", MeasureValue.Of(measure, summary.Ranks[i].Mean), summary.Ranks[i].Groups);
        rows.Print(console);
        Write(console, "Arms with a letter in common cannot be told apart.");
    }

    static void Folds(IAnsiConsole console, StudyResult result)
    {
        var measure = result.Definition.Primary;
        var rows = new TableRows(measure.Title, [.. result.Definition.Arms.Select(static arm => arm.Name)]);
        foreach (var repeat in result.Definition.Repeats)
        {
            rows.Add($"{repeat}", [.. result.Definition.Arms.Select(arm =>
                result.Of(arm).FirstOrDefault(trial => trial.Repeat == repeat) is { } trial && result.Value(trial, measure) is { } value
                    ? MeasureValue.Of(measure, value) : "-")]);
        }

        rows.Print(console);
    }

    static void Measurements(IAnsiConsole console, StudyResult result, StudySummary summary)
    {
        var rows = new TableRows("", "mean", "std. dev.", "trials");
        foreach (var measure in result.Definition.Measures)
        {
            var found = summary.Measurements.Where(entry => entry.Measure == measure.Name).ToList();
            if (found.Count > 0)
                rows.Head(measure == result.Definition.Primary ? $"{measure.Title} (primary measure)" : measure.Title);
            foreach (var entry in found)
            {
                rows.Add(entry.Arm, MeasureValue.Of(measure, entry.Mean), entry.Deviation is { } deviation
                    ? MeasureValue.Bare(measure, deviation) : "-",
                    $"{entry.Count}{State(entry.Condition)}");
            }
        }

        rows.Print(console);
    }

    static string State(ArmCondition condition)
    {
        (int Count, string What)[] parts =
            [(condition.Diverged, "diverged"), (condition.AtChance, "at chance"), (condition.NeverArrived, "never arrived")];
        return string.Concat(parts.Where(static part => part.Count > 0).Select(static part => $", {part.Count} {part.What}"));
    }

    static void Tests(IAnsiConsole console, StudyResult result, StudySummary summary)
    {
        var rows = new TableRows("", "difference", "95 % interval", "p", "seeds needed");
        foreach (var group in summary.Comparisons.GroupBy(static entry => entry.Measure))
        {
            var measure = result.Definition.Measure(group.Key);
            rows.Head(measure.Format == MeasureFormat.Percent ? $"{measure.Title}, points" : measure.Title);
            foreach (var entry in group)
            {
                rows.Add($"{entry.A} - {entry.B}", MeasureValue.Difference(measure, entry.Mean),
                    MeasureValue.Plain(measure.IntervalText(entry.Low, entry.High)), PairedTest.Text(entry.P),
                    entry.Obstacle is not null ? "no conclusion" : entry.P < PairedTest.Level ? ""
                        : entry.Needed is { } needed ? Format.Count(needed) : "none would do");
            }
        }

        rows.Print(console);
        var families = summary.Comparisons.Select(static entry => (entry.Measure, entry.Family)).Distinct().Where(static entry => entry.Family > 1)
            .Select(entry => $"the {entry.Family} of {result.Definition.Measure(entry.Measure).Title}").ToList();
        if (families.Count > 0)
            Write(console, $"p, intervals and seeds needed are corrected for how many differences are asked about: {string.Join(", ", families)}.");
    }

    static void Write(IAnsiConsole console, string text, bool capital = false) => Paragraph.Write(
        console, MeasureValue.Plain(capital && text.Length > 0 ? char.ToUpperInvariant(text[0]) + text[1..] : text));
}
