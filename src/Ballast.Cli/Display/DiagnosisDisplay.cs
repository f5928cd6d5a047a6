using System.Globalization;
using Ballast.Lab;
using Spectre.Console;

namespace Ballast.Cli;

/// <summary>Prints what the doctor found: a paragraph for each finding, the gravest first, and at the end how many there are and what
/// was not looked at.</summary>
static class DiagnosisDisplay
{
    const int Width = 100;

    /// <summary>Prints a diagnosis.</summary>
    /// <param name="subject">What was examined.</param>
    /// <param name="examined">What was found.</param>
    public static void Print(string subject, RunDiagnosis examined) => Print(Output.Rich(), subject, examined);

    /// <summary>Prints it on a console.</summary>
    public static void Print(IAnsiConsole console, string subject, RunDiagnosis examined)
    {
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
        string[] head = [.. Lines(console, 0, $"{word}{layer}: {finding.Check}, {finding.Confidence.ToString().ToLowerInvariant()}")];
        Output.Guard(() => console.Write(new Text(word, style)));
        Output.Guard(() => console.Profile.Out.Writer.WriteLine(head[0][word.Length..]));
        foreach (string line in head[1..])
            Output.Guard(() => console.Profile.Out.Writer.WriteLine(line));
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
        foreach (string line in Lines(console, indent, text))
            Output.Guard(() => console.Profile.Out.Writer.WriteLine(new string(' ', indent) + line));
    }

    static IEnumerable<string> Lines(IAnsiConsole console, int indent, string text) =>
        Paragraph.Lines(Printable.Name(text), Math.Clamp(console.Profile.Width, 20, Width) - indent);

    static string Batches(Diagnosis diagnosis) =>
        (diagnosis.Normalizations == 0 ? "a network without batch normalization" : Number(diagnosis.Normalizations, "batch normalization"))
        + (diagnosis.Batches > 0 ? $", run on {Number(diagnosis.Batches, "batch", "batches")}" : "");

    static string Number(int count, string one, string? several = null) => $"{count} {(count == 1 ? one : several ?? one + "s")}";
}
