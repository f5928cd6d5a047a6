using static Ballast.Lab.ReportFormat;
using static Ballast.Lab.ReportParts;

namespace Ballast.Lab;

/// <summary>The sections of a run's page on what its network did with each sample that it was not trained on.</summary>
static class FindingSections
{
    const int MostColumns = 24;

    /// <summary>Those that there is something for.</summary>
    public static Markup Of(RunReport report)
    {
        if (report.Findings is not { } findings)
            return Markup.None;
        string held = report.TestImages > 0 ? report.Tested : report.Held;
        return Markup.Join(
        [
            findings.Classes is { } classes ? ClassSections.Of(classes, held) : Markup.None,
            findings.Labels.Count > 0 ? LabelSection.Of(findings.Labels, held) : Markup.None,
            findings.Numbers is { } numbers ? NumberSection.Of(numbers, held) : Markup.None,
            ForecastSection.Of(report),
            findings.Mistakes.Count > 0 ? Section("The surest mistakes", Mistakes(findings.Mistakes)) : Markup.None,
            findings.Importance.Count > 0 ? Section("What it goes by", Importance(findings.Importance, report)) : Markup.None,
        ]);
    }

    static Markup Mistakes(IReadOnlyList<Mistake> mistakes) => mistakes[0].Png is null ? Rows(mistakes) : Markup.Of($"""
        <div class="mistakes">
        {mistakes.Select(static mistake => Markup.Of($"""
            <figure><img src="data:image/png;base64,{Convert.ToBase64String(mistake.Png ?? [])}" alt="{mistake.Sample}">
            <figcaption>{mistake.Truth}<small>taken for {mistake.Predicted}, {Percent(mistake.Probability)}</small></figcaption></figure>

            """))}</div>
        <p><b>How to read it.</b> Of what was taken for another class, what the network was surest of: either the class is wrong, or the network sees
        something else than one thinks.</p>

        """);

    static Markup Rows(IReadOnlyList<Mistake> mistakes) => Markup.Of($"""
        <table class="wide"><thead><tr><th scope="col">row</th><th scope="col">is</th><th scope="col">taken for</th>
        <th scope="col">probability</th></tr></thead>
        <tbody>{mistakes.Select(static mistake => Markup.Of($"""
            <tr><th scope="row">{mistake.Sample}</th><td>{mistake.Truth}</td><td>{mistake.Predicted}</td>
            <td>{Percent(mistake.Probability)}</td></tr>

            """))}</tbody></table>

        """);

    static Markup Importance(IReadOnlyList<ColumnImportance> columns, RunReport report)
    {
        double most = Math.Max(1e-12, columns.Max(static column => column.Drop));
        string measure = report.Classes > 1 ? "the accuracy" : report.Findings!.Labels.Count > 0 ? "the area under the curve" : "R²";
        var more = columns.Count <= MostColumns ? Markup.None : Markup.Of($"<p>{columns.Count - MostColumns} more matter less.</p>\n");
        return Markup.Of($"""
            <div class="rows importance">
            {columns.Take(MostColumns).Select(column => Markup.Of($"""
                <div class="row"><span class="name">{column.Column}</span>
                <span class="track"><i class="bar" style="width:{Width(column.Drop / most)}%"></i></span><b>{Loss(column.Drop)}</b></div>

                """))}</div>
            {more}<p><b>How to read it.</b> By how much {measure} falls when the values of a column change places among the {report.Held}, the mean of
            five times: what the network then no longer knows. Two columns that say the same can stand in for each other, and both seem to matter
            little.</p>

            """);
    }

    static string Width(double share) => (100 * Math.Clamp(share, 0, 1)).ToString("0.#", System.Globalization.CultureInfo.InvariantCulture);
}
