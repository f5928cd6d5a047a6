using System.Globalization;
using static Ballast.Lab.ReportFormat;
using static Ballast.Lab.ReportParts;

namespace Ballast.Lab;

/// <summary>What a network does with labels, of which a sample may have any number: how well it tells each.</summary>
static class LabelSection
{
    const int Yes = 1, MostRows = 24, MostCurves = 6;

    static readonly string[] Tones = ["with", "without", "third", "fourth", "fifth", "sixth"];

    /// <summary>The section.</summary>
    /// <param name="labels">What it said of each.</param>
    /// <param name="held">What the samples are called.</param>
    public static Markup Of(IReadOnlyList<LabelFindings> labels, string held)
    {
        LabelFindings[] worst = [.. labels.OrderBy(static label => label.Found.F1(Yes) ?? 2)];
        LabelFindings[] shown = labels.Count <= MostRows ? [.. labels] : worst[..MostRows];
        LabelFindings[] drawn = [.. labels.Where(static label => label.Found.Area(Yes) is not null)
            .OrderBy(static label => label.Found.Area(Yes)).Take(MostCurves)];
        string caption = labels.Count <= MostRows ? "By label" : $"The {MostRows} of {labels.Count} labels that it tells worst";
        var roc = new PlotFigure(
            "Receiver operating characteristic", PlotFigure.Unit, PlotFigure.Unit, "share of those without", "share of those with")
            .Line("soft", [(0, 0), (1, 1)], dashed: true);
        for (int i = 0; i < drawn.Length; i++)
            roc.Line(Tones[i], drawn[i].Found.Roc(Yes), $"{drawn[i].Name}, area {Area(drawn[i])}");
        string few = labels.Count > MostCurves ? $" Of {labels.Count} labels the {MostCurves} that are told worst are drawn." : "";
        return Section("Which labels it tells", Markup.Of($"""
            <table class="classes"><caption>{caption}</caption>
            <thead><tr><th scope="col">label</th><th scope="col">samples with it</th><th scope="col">precision</th>
            <th scope="col">recall</th><th scope="col">F1</th><th scope="col">area</th></tr></thead>
            <tbody>{shown.Select(static label => Markup.Of($"""
                <tr><th scope="row">{label.Name}</th><td>{Count(label.Found.Support(Yes))}</td><td>{Percent(label.Found.Precision(Yes))}</td>
                <td>{Percent(label.Found.Recall(Yes))}</td><td>{Percent(label.Found.F1(Yes))}</td><td>{Area(label)}</td></tr>

                """))}</tbody></table>
            <div class="squares">{roc.Draw("Receiver operating characteristic of each label.")}</div>
            <p><b>How to read it.</b> A label is given from a probability of 0.5 on. Precision: of the {held} that were given a label, the share that
            has it. Recall: of those that have it, the share that was given it. F1 is the harmonic mean of both. The area under the curve is the
            probability that one with the label has a larger probability of it than one without; guessing is the diagonal, an area of 0.5.{few}</p>

            """));
    }

    static string Area(LabelFindings label) => label.Found.Area(Yes)?.ToString("0.000", CultureInfo.InvariantCulture) ?? "–";
}
