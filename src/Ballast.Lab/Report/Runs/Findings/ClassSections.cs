using System.Globalization;
using static Ballast.Lab.ReportFormat;
using static Ballast.Lab.ReportParts;

namespace Ballast.Lab;

/// <summary>What a network does with classes: which it takes for which, how well it tells each, and how sure it is.</summary>
static class ClassSections
{
    const int MostClasses = 12, MostRows = 24;

    /// <summary>Both sections.</summary>
    /// <param name="found">What it said.</param>
    /// <param name="held">What the samples are called.</param>
    public static Markup Of(ClassFindings found, string held) => Markup.Join(
    [
        Section("What it takes for what", found.Names.Count <= MostClasses ? Matrix(found) : Confusions(found), Classes(found), new Markup("""
            <p><b>How to read it.</b> Precision: of what was taken for a class, the share that is of it. Recall: of what is of a class, the share
            that was taken for it. F1 is the harmonic mean of both.</p>

            """)),
        Section("How sure it is", Sureness(found, held)),
    ]);

    static Markup Matrix(ClassFindings found)
    {
        int[] classes = [.. Enumerable.Range(0, found.Names.Count)];
        return Markup.Of($"""
            <div class="scroll"><table class="matrix">
            <caption>Rows are what it is, columns what it was taken for</caption>
            <thead><tr><th></th>{classes.Select(c => Markup.Of($"<th scope=\"col\">{found.Names[c]}</th>"))}</tr></thead>
            <tbody>{classes.Select(row => Markup.Of(
                $"<tr><th scope=\"row\">{found.Names[row]}</th>{classes.Select(c => Cell(found, row, c))}</tr>\n"))}</tbody></table></div>

            """);
    }

    static Markup Cell(ClassFindings found, int row, int taken)
    {
        double share = found.Support(row) == 0 ? 0 : (double)found.Confused(row, taken) / found.Support(row);
        string kind = row == taken ? "right" : "wrong";
        return Markup.Of($"<td class=\"{kind}\" style=\"--share:{(int)Math.Round(45 * share)}%\">{Count(found.Confused(row, taken))}</td>");
    }

    // Of many classes those that are taken for each other most often.
    static Markup Confusions(ClassFindings found)
    {
        var most = (from label in Enumerable.Range(0, found.Names.Count)
                    from taken in Enumerable.Range(0, found.Names.Count)
                    where label != taken && found.Confused(label, taken) > 0
                    orderby found.Confused(label, taken) descending
                    select (Label: label, Taken: taken)).Take(MostRows);
        return Markup.Of($"""
            <table class="wide"><caption>Taken for each other most often</caption>
            <thead><tr><th scope="col">is</th><th scope="col">taken for</th><th scope="col">how often</th></tr></thead>
            <tbody>{most.Select(pair => Markup.Of($"""
                <tr><th scope="row">{found.Names[pair.Label]}</th><td>{found.Names[pair.Taken]}</td>
                <td>{Count(found.Confused(pair.Label, pair.Taken))}</td></tr>

                """))}</tbody></table>

            """);
    }

    static Markup Classes(ClassFindings found)
    {
        int[] all = [.. Enumerable.Range(0, found.Names.Count)];
        int[] shown = all.Length <= MostRows ? all : [.. all.OrderBy(c => found.F1(c) ?? 2).Take(MostRows)];
        string caption = all.Length <= MostRows ? "By class" : $"The {MostRows} of {all.Length} classes that it tells worst";
        return Markup.Of($"""
            <table class="classes"><caption>{caption}</caption>
            <thead><tr><th scope="col">class</th><th scope="col">samples</th><th scope="col">precision</th>
            <th scope="col">recall</th><th scope="col">F1</th></tr></thead>
            <tbody>{shown.Select(c => Markup.Of($"""
                <tr><th scope="row">{found.Names[c]}</th><td>{Count(found.Support(c))}</td>
                <td>{Percent(found.Precision(c))}</td><td>{Percent(found.Recall(c))}</td><td>{Percent(found.F1(c))}</td></tr>

                """))}</tbody></table>

            """);
    }

    static Markup Sureness(ClassFindings found, string held)
    {
        // Of two classes one curve says all, that of the rarer one; of more, the ones that are told worst.
        int[] drawn = found.Names.Count == 2 ? [found.Support(1) <= found.Support(0) ? 1 : 0]
            : [.. Enumerable.Range(0, found.Names.Count).Where(c => found.Area(c) is not null).OrderBy(found.Area).Take(RocFigure.MostCurves)];
        var roc = RocFigure.Of("share of the others", "share of the class", drawn.Select(c =>
            (string.Create(CultureInfo.InvariantCulture, $"{found.Names[c]}, area {found.Area(c):0.000}"), found.Roc(c))));
        var bins = found.Calibration();
        var calibration = new PlotFigure("Calibration", PlotFigure.Unit, PlotFigure.Unit, "probability it gave", "share that is right")
            .Line("soft", [(0, 0), (1, 1)], dashed: true)
            .Line("with", bins.Select(static bin => (bin.Confidence, bin.Accuracy)))
            .Points("with", [.. bins.Select(static bin => (bin.Confidence, bin.Accuracy))]);
        string worst = found.Names.Count > RocFigure.MostCurves
            ? $" Of {found.Names.Count} classes the {RocFigure.MostCurves} that are told worst are drawn." : "";
        return Markup.Of($"""
            <div class="squares">{roc.Draw("Receiver operating characteristic of each class.")}
            {calibration.Draw("Share that is right by the probability given.")}</div>
            <p><b>How to read it.</b> First, of the {held} those that have at least some probability of a class: how many of its own, and how many of
            the others. The area under the curve is the probability that one of its own has more than one of the others; guessing is the diagonal, an
            area of 0.5.{worst} Then, how often the network is right when it is so sure: below the diagonal it is surer than it should be. The two
            differ by {Percent(found.CalibrationError())} on average.</p>

            """);
    }
}
