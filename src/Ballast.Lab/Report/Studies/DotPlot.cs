using System.Globalization;
using static Ballast.Lab.MeasureText;

namespace Ballast.Lab;

/// <summary>A row for each arm, a dot for each trial, the mean and its 95 % confidence interval. It is plain HTML: it needs no
/// script to be seen, and its words keep their size on a phone.</summary>
static class DotPlot
{
    const int Ticks = 6;
    const double Near = 0.012;

    /// <summary>Draws a measure; nothing where it was not measured.</summary>
    public static Markup Draw(StudyResult result, StudyPlot plot)
    {
        var measure = result.Definition.Measure(plot.Of);
        var arms = result.Definition.Arms.Where(arm => (plot.Arms is null || plot.Arms.Contains(arm.Name)) && result.Has(arm, measure)).ToList();
        if (arms.Count == 0)
            return Markup.None;
        var scale = Scale.Of([.. arms.SelectMany(result.Of).Select(trial => result.Value(trial, measure)).OfType<double>()]);
        return Markup.Of($"""
            <figure class="dots">
            <figcaption>{plot.Caption}</figcaption>
            <p class="reading" aria-live="polite">Each dot is one training. The line is the mean, the bar its 95 % confidence interval; one that goes on beyond the edge fades there.</p>
            <div class="rows">
            {arms.Select(arm => Row(result, arm, measure, scale))}
            <div class="row axis" aria-hidden="true"><span></span><span class="track">{scale.Ticks.Select(tick => Tick(measure, tick, scale))}</span><span></span></div>
            </div>
            </figure>

            """);
    }

    static Markup Row(StudyResult result, StudyArm arm, StudyMeasure measure, Scale scale)
    {
        var summary = result.Summary(arm, measure);
        var placed = new List<double>();
        var dots = new List<Markup>();
        foreach (var trial in result.Of(arm))
        {
            if (result.Value(trial, measure) is not { } value)
                continue;
            // Dots that would cover each other go above and below the line in turn.
            int beside = placed.Count(other => Math.Abs(other - value) < Near * (scale.To - scale.From));
            placed.Add(value);
            int level = (beside + 1) / 2 * (beside % 2 == 0 ? 1 : -1) % 3;
            string reading = $"{arm.Name}, {trial.Repeat}: {Value(measure.Format, value)}";
            dots.Add(Markup.Of(
                $"""<i class="dot" style="left:{scale.At(value)}%;margin-top:{Lift(level)}rem" title="{reading}" data-reading="{reading}"></i>"""));
        }

        var interval = summary.Interval() is { } ends
            ? Markup.Of($"""<i class="interval{(ends.Low < scale.From ? " on-left" : "")}{(ends.High > scale.To ? " on-right" : "")}" style="left:{scale.At(ends.Low)}%;right:{scale.Rest(ends.High)}%"></i>""")
            : Markup.None;
        return Markup.Of($"""
            <div class="row {Tones.Of(result.Definition, arm)}"><span class="name">{arm.Name}</span><span class="track">{scale.Ticks.Select(tick => Markup.Of($"<i class=\"rule\" style=\"left:{scale.At(tick)}%\"></i>"))}{interval}<i class="mean" style="left:{scale.At(summary.Mean)}%"></i>{dots}</span><b>{Value(measure.Format, summary.Mean)}</b></div>

            """);
    }

    static string Lift(int level) => (0.58 * level).ToString("0.##", CultureInfo.InvariantCulture);

    static Markup Tick(StudyMeasure measure, double tick, Scale scale) =>
        Markup.Of($"""<span style="left:{scale.At(tick)}%">{Text(measure.Format, tick, scale.Step)}</span>""");

    static string Text(MeasureFormat format, double tick, double step)
    {
        double factor = format == MeasureFormat.Percent ? 100 : 1;
        if (format is MeasureFormat.Number or MeasureFormat.Count)
            return Value(format, tick);
        int decimals = Math.Max(0, (int)Math.Ceiling(-Math.Log10(factor * step) - 1e-9));
        return (factor * tick).ToString($"F{decimals}", CultureInfo.InvariantCulture);
    }

    sealed record Scale(double From, double To, double Step, IReadOnlyList<double> Ticks)
    {
        public static Scale Of(IReadOnlyCollection<double> values)
        {
            double low = values.Min(), high = values.Max(), width = high - low;
            if (width == 0)
                width = Math.Max(Math.Abs(high) * 0.1, 1e-6);
            (low, high) = (low - 0.12 * width, high + 0.12 * width);
            double raw = (high - low) / (DotPlot.Ticks - 1), power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
            double step = power * ((raw / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 });
            var ticks = new List<double>();
            for (double k = Math.Ceiling(low / step); k * step <= high; k++)
                ticks.Add(k * step + 0.0); // which makes 0 of -0
            return new Scale(low, high, step, ticks);
        }

        public string At(double value) => Share(Math.Clamp((value - From) / (To - From), 0, 1));

        public string Rest(double value) => Share(1 - Math.Clamp((value - From) / (To - From), 0, 1));

        static string Share(double share) => (100 * share).ToString("0.##", CultureInfo.InvariantCulture);
    }
}
