using System.Globalization;
using static Ballast.Lab.MeasureText;

namespace Ballast.Lab;

/// <summary>A row for each arm, a dot for each trial, and the mean. It is plain HTML: it needs no script to be seen, and its words keep
/// their size on a phone. Whether arms differ is for the <see cref="ForestPlot"/> to say: seeds are compared in pairs.</summary>
static class DotPlot
{
    const double Near = 0.012;

    /// <summary>Draws a measure; nothing where it was not measured.</summary>
    public static Markup Draw(StudyResult result, StudyPlot plot)
    {
        var measure = result.Definition.Measure(plot.Of);
        var arms = result.Definition.Arms.Where(arm => (plot.Arms is null || plot.Arms.Contains(arm.Name)) && result.Has(arm, measure)).ToList();
        if (arms.Count == 0)
            return Markup.None;
        var scale = PlotScale.Of([.. arms.SelectMany(result.Of).Select(trial => result.Counted(trial, measure)).OfType<double>()]);
        return Markup.Of($"""
            <figure class="dots">
            <figcaption>{plot.Caption}</figcaption>
            <p class="reading" aria-live="polite">Each dot is one training; the line is the mean.{(measure.Reach is null
                ? "" : " A training that never arrived stands at the end.")}</p>
            <div class="rows">
            {arms.Select(arm => Row(result, arm, measure, scale))}
            {scale.Axis(measure.Format, Title(Brief(measure.Title), measure.Format, "percent"))}
            </div>
            </figure>

            """);
    }

    static Markup Row(StudyResult result, StudyArm arm, StudyMeasure measure, PlotScale scale)
    {
        var summary = result.Summary(arm, measure);
        var placed = new List<double>();
        var dots = new List<Markup>();
        foreach (var trial in result.Of(arm))
        {
            if (result.Counted(trial, measure) is not { } value)
                continue;
            // Dots that would cover each other go above and below the line in turn.
            int beside = placed.Count(other => Math.Abs(other - value) < Near * (scale.To - scale.From));
            placed.Add(value);
            int level = (beside + 1) / 2 * (beside % 2 == 0 ? 1 : -1) % 3;
            string reading = $"{arm.Name}, {trial.Repeat}: {(result.Value(trial, measure) is null ? "never arrived" : Value(measure.Format, value))}";
            dots.Add(Markup.Of(
                $"""<i class="dot" style="left:{scale.At(value)}%;margin-top:{Lift(level)}rem" title="{reading}" data-reading="{reading}"></i>"""));
        }

        string tone = Tones.Of(result.Definition, arm), shown = Value(measure.Format, summary.Mean);
        var mean = Markup.Of($"""<i class="mean" style="left:{scale.At(summary.Mean)}%"></i>""");
        return Markup.Of($"""
            <div class="row {tone}"><span class="name">{arm.Name}</span><span class="track">{scale.Rules()}{mean}{dots}</span><b>{shown}</b></div>

            """);
    }

    static string Lift(int level) => (0.58 * level).ToString("0.##", CultureInfo.InvariantCulture);
}
