using System.Globalization;
using Ballast.Lab;
using Spectre.Console;

namespace Ballast.Cli;

/// <summary>What a study found, at its end.</summary>
static class StudyTable
{
    /// <summary>Prints the answer, the numbers and where everything is.</summary>
    public static void Print(StudyResult result, StudyFolder folder)
    {
        var console = Output.Rich();
        var summary = StudySummary.Of(result);
        Console.Out.WriteLine();
        Console.Out.WriteLine(MeasureValue.Plain(summary.Answer));
        Console.Out.WriteLine();
        var table = New(console, "", "mean", "std. dev.", "trials");
        foreach (var measure in result.Definition.Measures)
        {
            var found = summary.Measurements.Where(entry => entry.Measure == measure.Name).ToList();
            if (found.Count == 0)
                continue;
            table.AddRow(new Text(measure.Title), new Text(""), new Text(""), new Text(""));
            foreach (var entry in found)
            {
                table.AddRow(
                    new Text($"  {entry.Arm}"), new Text(MeasureValue.Of(measure, entry.Mean)),
                    new Text(entry.Deviation is { } deviation ? MeasureValue.Bare(measure, deviation) : "-"), new Text($"{entry.Count}"));
            }
        }

        console.Write(table);
        if (summary.Comparisons.Count > 0)
            console.Write(Tests(console, result, summary));
        foreach (var outcome in result.Definition.Expectations)
            Console.Out.WriteLine($"{Word(result.Outcome(outcome))}: {outcome.Claim}");
        Console.Out.WriteLine($"Study:  {folder.Path}");
        Console.Out.WriteLine($"Report: {folder.ReportPath}");
    }

    static Table Tests(IAnsiConsole console, StudyResult result, StudySummary summary)
    {
        var table = New(console, "", "difference", "95 % interval", "p", "seeds needed");
        foreach (var group in summary.Comparisons.GroupBy(static entry => entry.Measure))
        {
            var measure = result.Definition.Measure(group.Key);
            table.AddRow(
                new Text(measure.Format == MeasureFormat.Percent ? $"{measure.Title}, points" : measure.Title), new Text(""), new Text(""),
                new Text(""), new Text(""));
            foreach (var entry in group)
            {
                table.AddRow(
                    new Text($"  {entry.A} - {entry.B}"), new Text(MeasureValue.Difference(measure, entry.Mean)),
                    new Text($"{MeasureValue.Difference(measure, entry.Low)} to {MeasureValue.Difference(measure, entry.High)}"),
                    new Text(entry.CorrectedP < 0.0001 ? "< 0.0001" : entry.CorrectedP.ToString("0.0000", CultureInfo.InvariantCulture)),
                    new Text(entry.P < 0.05 ? "" : entry.Needed is { } needed ? Format.Count(needed) : "none would do"));
            }
        }

        return table;
    }

    static Table New(IAnsiConsole console, string first, params ReadOnlySpan<string> columns)
    {
        var table = new Table { Border = console.Profile.Capabilities.Unicode ? TableBorder.Rounded : TableBorder.Ascii2 };
        table.AddColumn(first);
        foreach (string name in columns)
            table.AddColumn(new TableColumn(name).RightAligned());
        return table;
    }

    static string Word(ExpectationOutcome outcome) => outcome switch
    {
        ExpectationOutcome.Reproduced => "As published",
        ExpectationOutcome.SameDirection => "As published, but within chance",
        ExpectationOutcome.OtherDirection => "Not as published, but within chance",
        ExpectationOutcome.Contradicted => "Not as published",
        _ => "Not measured",
    };
}

/// <summary>Values of measures as the command prints them.</summary>
static class MeasureValue
{
    /// <summary>A value.</summary>
    public static string Of(StudyMeasure measure, double value) => measure.Format switch
    {
        MeasureFormat.Percent => Format.Percent(value),
        MeasureFormat.Loss => Format.Loss(value),
        MeasureFormat.Count => Format.Count(value),
        _ => value.ToString("G4", CultureInfo.InvariantCulture),
    };

    /// <summary>The same without its unit.</summary>
    public static string Bare(StudyMeasure measure, double value) => Of(measure, value).Replace(" %", "", StringComparison.Ordinal);

    /// <summary>A difference, with its sign; of shares in percentage points.</summary>
    public static string Difference(StudyMeasure measure, double value) => (value > 0 ? "+" : "") + Bare(measure, value);

    /// <summary>The signs that a terminal may not have, as those it has.</summary>
    public static string Plain(string text) => text.Replace('−', '-').Replace('–', '-').Replace('’', '\'');
}
