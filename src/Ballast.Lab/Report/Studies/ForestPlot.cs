using static Ballast.Lab.MeasureText;

namespace Ballast.Lab;

/// <summary>A row for each comparison by a measure: the mean of the paired differences and its interval, which is that of the table.
/// Plain HTML, as the <see cref="DotPlot"/>.</summary>
static class ForestPlot
{
    const int Most = 40;

    /// <summary>Draws the comparisons; nothing where none could be tested.</summary>
    public static Markup Draw(StudyResult result, StudyPlot plot)
    {
        var measure = result.Definition.Measure(plot.Of);
        var found = result.Comparisons().Where(comparison => comparison.Measure == measure).Take(Most).ToList();
        if (found.Count == 0)
            return Markup.None;
        // An interval of two or three seeds may be so wide that nothing else is left to see: it is cut, and fades at the edge.
        double reach = found.Max(static comparison => Math.Abs(comparison.Test.Mean)) + 3 * found.Select(Half).Order().ElementAt(found.Count / 2);
        // A share differs from another by less than 100 points.
        reach = measure.Format == MeasureFormat.Percent ? Math.Min(reach, 1) : reach;
        double[] ends = [.. found.SelectMany(static comparison => new[] { comparison.Test.Low, comparison.Test.High }).Where(double.IsFinite)
            .Select(end => Math.Clamp(end, -reach, reach))];
        var scale = PlotScale.Of([0, .. ends]);
        string corrected = found.Count > 1 ? $", corrected for all {found.Count} rows" : "";
        string reading = $"The point is the mean difference, the bar its 95 % interval{corrected}. "
            + "A bar on one side of 0 is a significant difference"
            + $"{(found.Exists(static comparison => comparison.Obstacle is not null) ? "; of a gray row nothing is concluded" : "")}.";
        return Markup.Of($"""
            <figure class="dots forest">
            <figcaption>{plot.Caption}</figcaption>
            <p class="reading">{reading}</p>
            <div class="rows">
            {found.Select(comparison => Row(result, comparison, scale))}
            {scale.Axis(measure.Format, Title($"difference of the {Brief(measure.Title)}", measure.Format, "percentage points"))}
            </div>
            </figure>

            """);
    }

    static double Half(MeasuredComparison comparison) => (comparison.Test.High - comparison.Test.Low) / 2;

    static Markup Row(StudyResult result, MeasuredComparison found, PlotScale scale)
    {
        var (format, test) = (found.Measure.Format, found.Test);
        string edges = (test.Low < scale.From ? " on-left" : "") + (test.High > scale.To ? " on-right" : "");
        string reading = $"{found.A.Name} less {found.B.Name}: {Difference(format, test.Mean)}, {Interval(format, test.Low, test.High)}"
            + $"{(found.Obstacle is { } obstacle ? $"; no conclusion: {obstacle}" : "")}";
        string tone = found.IsDifferent ? Tones.Of(result.Definition, found.FavoursA ? found.A : found.B) : "alike";
        var bar = Markup.Of($"""<i class="interval{edges}" style="left:{scale.At(test.Low)}%;right:{scale.Rest(test.High)}%"></i>""");
        var mean = Markup.Of($"""<i class="mean" style="left:{scale.At(test.Mean)}%"></i>""");
        var track = Markup.Of($"""<span class="track">{scale.Rules()}{bar}{mean}</span>""");
        var name = Markup.Of($"""<span class="name">{found.A.Name} − {found.B.Name}</span>""");
        return Markup.Of($"""
            <div class="row {tone}" title="{reading}">{name}{track}<b>{Difference(format, test.Mean)}</b></div>

            """);
    }
}
