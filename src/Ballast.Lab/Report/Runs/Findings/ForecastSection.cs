using static Ballast.Lab.ReportParts;

namespace Ballast.Lab;

/// <summary>What a network foretold, beside what was.</summary>
static class ForecastSection
{
    /// <summary>What the page's script draws.</summary>
    public static IReadOnlyList<ChartData> Charts(RunReport report) =>
        [.. (report.Findings?.Forecasts ?? []).SelectMany((found, i) => new[] { Course(found, i), Steps(found, i) }).OfType<ChartData>()];

    /// <summary>The section; nothing without forecasts.</summary>
    public static Markup Of(RunReport report)
    {
        var parts = new List<Markup>();
        for (int i = 0; i < (report.Findings?.Forecasts.Count ?? 0); i++)
        {
            var found = report.Findings!.Forecasts[i];
            if (Course(found, i) is { } course)
                parts.Add(Chart(course, $"{found.Target} of the last rows, and what was foretold of them", $"{found.Target}, foretold and true."));
            parts.Add(List(
            [
                new($"Mean absolute error of {found.Target}", MeasureText.Short(found.Errors.Average())),
                new("The last value again has", MeasureText.Short(found.Repeated.Average())),
            ]));
            if (Steps(found, i) is { } steps)
                parts.Add(Chart(steps, "Mean absolute error by how far ahead", "Mean absolute error by how far ahead."));
        }

        return parts.Count == 0 ? Markup.None : Section("What it foretells", [.. parts, new Markup("""
            <p><b>How to read it.</b> None of these rows was trained on. Each forecast begins where the one before ends, and knows only the rows
            before it. The band is as wide as 90 % of the errors of that step are at most. A forecast that is no better than the last value again is
            worth nothing.</p>

            """)]);
    }

    static ChartData? Course(ForecastFindings found, int i) => found.Points.Count < 2 ? null : new ChartData($"forecast{i}")
    {
        Unit = "row",
        Title = found.Target,
        Format = "number",
        From = found.Points[0].Row,
        To = found.Points[^1].Row,
        X = [.. found.Points.Select(static point => (double)point.Row)],
        Series =
        [
            new("true", "with", [.. found.Points.Select(static point => (double?)point.Truth)]),
            new("foretold", "without", [.. found.Points.Select(static point => (double?)point.Forecast)])
            {
                Low = [.. found.Points.Select(static point => (double?)(point.Forecast - point.Within))],
                High = [.. found.Points.Select(static point => (double?)(point.Forecast + point.Within))],
            },
        ],
    };

    static ChartData? Steps(ForecastFindings found, int i) => found.Errors.Count < 2 ? null : new ChartData($"steps{i}")
    {
        Unit = "rows ahead",
        Title = "mean absolute error",
        Format = "number",
        From = 1,
        To = found.Errors.Count,
        X = [.. Enumerable.Range(1, found.Errors.Count).Select(static step => (double)step)],
        Series =
        [
            new("the network", "with", [.. found.Errors.Select(static error => (double?)error)]),
            new("the last value again", "without", [.. found.Repeated.Select(static error => (double?)error)]),
        ],
    };
}
