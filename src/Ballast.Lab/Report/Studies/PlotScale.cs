using System.Globalization;
using static Ballast.Lab.MeasureText;

namespace Ballast.Lab;

/// <summary>The horizontal axis of a plot that is drawn in plain HTML.</summary>
sealed record PlotScale(double From, double To, double Step, IReadOnlyList<double> Ticks)
{
    const int Most = 6;

    /// <summary>An axis that has room for some values, with round numbers to name.</summary>
    public static PlotScale Of(IReadOnlyCollection<double> values)
    {
        double low = values.Min(), high = values.Max(), width = high - low;
        if (width == 0)
            width = Math.Max(Math.Abs(high) * 0.1, 1e-6);
        (low, high) = (low - 0.12 * width, high + 0.12 * width);
        double raw = (high - low) / (Most - 1), power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        double step = power * ((raw / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 });
        var ticks = new List<double>();
        for (double k = Math.Ceiling(low / step); k * step <= high; k++)
            ticks.Add(k * step + 0.0); // which makes 0 of -0
        return new PlotScale(low, high, step, ticks);
    }

    /// <summary>Where a value is, in percent of the width.</summary>
    public string At(double value) => Percent(Math.Clamp((value - From) / (To - From), 0, 1));

    /// <summary>How far it is from the right edge.</summary>
    public string Rest(double value) => Percent(1 - Math.Clamp((value - From) / (To - From), 0, 1));

    /// <summary>The lines at the named numbers.</summary>
    public IEnumerable<Markup> Rules() =>
        Ticks.Select(tick => Markup.Of($"<i class=\"rule{(tick == 0 && From < 0 ? " zero" : "")}\" style=\"left:{At(tick)}%\"></i>"));

    /// <summary>The numbers below rows, and what they are.</summary>
    public Markup Axis(MeasureFormat format, string title)
    {
        var numbers = Ticks.Select(tick => Markup.Of($"""<span style="left:{At(tick)}%">{Text(format, tick)}</span>"""));
        return Markup.Of($"""
            <div class="row axis" aria-hidden="true"><span></span><span class="track">{numbers}</span><span></span></div>
            <div class="row title"><span></span><span>{title}</span><span></span></div>
            """);
    }

    string Text(MeasureFormat format, double tick)
    {
        double factor = format == MeasureFormat.Percent ? 100 : 1;
        if (format is MeasureFormat.Number or MeasureFormat.Count)
            return Short(tick);
        int decimals = Math.Max(0, (int)Math.Ceiling(-Math.Log10(factor * Step) - 1e-9));
        return (factor * tick).ToString($"#,0.{new string('0', decimals)}", CultureInfo.InvariantCulture).Replace("-", "−", StringComparison.Ordinal);
    }

    static string Percent(double share) => (100 * share).ToString("0.##", CultureInfo.InvariantCulture);
}
