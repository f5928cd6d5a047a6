using System.Globalization;
using static Ballast.Lab.ReportFormat;
using static Ballast.Lab.ReportParts;

namespace Ballast.Lab;

/// <summary>What a network does with labels, of which a sample may have any number: how well it tells each.</summary>
static class LabelSection
{
    const int Yes = 1, MostRows = 24;

    /// <summary>The section.</summary>
    /// <param name="labels">What it said of each.</param>
    /// <param name="held">What the samples are called.</param>
    public static Markup Of(IReadOnlyList<LabelFindings> labels, string held)
    {
        LabelFindings[] worst = [.. labels.OrderBy(static label => label.Found.F1(Yes) ?? 2)];
        LabelFindings[] shown = labels.Count <= MostRows ? [.. labels] : worst[..MostRows];
        LabelFindings[] drawn = [.. labels.Where(static label => label.Found.Area(Yes) is not null)
            .OrderBy(static label => label.Found.Area(Yes)).Take(RocFigure.MostCurves)];
        string caption = labels.Count <= MostRows ? "By label" : $"The {MostRows} of {labels.Count} labels that it tells worst";
        var roc = RocFigure.Of("share of those without", "share of those with", drawn.Select(static label =>
            ($"{label.Name}, area {Area(label)}", label.Found.Roc(Yes))));
        string few = labels.Count > RocFigure.MostCurves
            ? $" Of {labels.Count} labels the {RocFigure.MostCurves} that are told worst are drawn." : "";
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
