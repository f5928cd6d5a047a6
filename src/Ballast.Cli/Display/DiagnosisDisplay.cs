using System.Globalization;
using Ballast.Lab;
using Spectre.Console;

namespace Ballast.Cli;

/// <summary>Prints what the doctor found: a paragraph for each finding, the gravest first, and at the end how many there are and what
/// was not looked at.</summary>
static class DiagnosisDisplay
{
    const int Width = 100;

    public static void Print(string subject, RunDiagnosis examined)
    {
        var console = Output.Rich();
        var diagnosis = examined.Diagnosis;
        Write(console, 0, examined.Weights is null || examined.Weights == subject ? subject : $"{subject}, {examined.Weights}");
        foreach (var finding in diagnosis.Findings)
            Print(console, finding);
        console.WriteLine();
        int Count(Severity severity) => diagnosis.Findings.Count(finding => finding.Severity == severity);
        Write(console, 0, diagnosis.Findings.Count == 0
            ? $"Nothing found in {Batches(diagnosis)}."
            : $"{Number(Count(Severity.Error), "error")}, {Number(Count(Severity.Warning), "warning")}, {Number(Count(Severity.Note), "note")} "
                + $"in {Batches(diagnosis)}.");
        if (diagnosis.Skipped.Count > 0)
            Write(console, 0, "Not looked for:");
        foreach (var group in diagnosis.Skipped.GroupBy(static skipped => skipped.Reason))
            Write(console, 2, $"{string.Join(", ", group.Select(static skipped => skipped.Check))}. {group.Key}");
    }

    static void Print(IAnsiConsole console, Finding finding)
    {
        console.WriteLine();
        var (word, style) = finding.Severity switch
        {
            Severity.Error => ("error", new Style(Color.Red)),
            Severity.Warning => ("warning", new Style(Color.Yellow)),
            _ => ("note", new Style(Color.Blue)),
        };
        string layer = finding.Layer.Length > 0 ? $" {finding.Layer}" : "";
        console.Write(new Text(word, style));
        console.WriteLine($"{Printable.Name(layer)}: {finding.Check}, {finding.Confidence.ToString().ToLowerInvariant()}");
        Write(console, 2, finding.Message);
        if (finding.Evidence.Count > 0)
        {
            Write(console, 2, string.Join("; ", finding.Evidence.Select(static entry => string.Create(
                CultureInfo.InvariantCulture, $"{entry.Key.Replace('_', ' ')} {entry.Value:G4}"))));
        }

        Write(console, 2, $"What to do: {finding.Remedy}");
        Write(console, 2, $"See: {finding.Reference}");
    }

    static void Write(IAnsiConsole console, int indent, string text)
    {
        foreach (string line in Paragraph.Lines(Printable.Name(text), Math.Clamp(console.Profile.Width, 20, Width) - indent))
            Output.Guard(() => console.Profile.Out.Writer.WriteLine(new string(' ', indent) + line));
    }

    static string Batches(Diagnosis diagnosis) =>
        (diagnosis.Normalizations == 0 ? "a network without batch normalization" : Number(diagnosis.Normalizations, "batch normalization"))
        + (diagnosis.Batches > 0 ? $", run on {Number(diagnosis.Batches, "batch", "batches")}" : "");

    static string Number(int count, string one, string? several = null) => $"{count} {(count == 1 ? one : several ?? one + "s")}";
}
