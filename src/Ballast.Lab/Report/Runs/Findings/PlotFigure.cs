using System.Globalization;
using System.Text;

namespace Ballast.Lab;

/// <summary>A plot with numbers on both axes in plain HTML and SVG: lines, points and bars. It needs no script.</summary>
/// <param name="caption">What stands above it.</param>
/// <param name="x">The horizontal axis.</param>
/// <param name="y">The vertical axis.</param>
/// <param name="across">What the horizontal axis shows.</param>
/// <param name="up">What the vertical axis shows.</param>
sealed class PlotFigure(string caption, PlotScale x, PlotScale y, string across, string up)
{
    const int Size = 1000, MostPoints = 2000;

    readonly List<Markup> marks = [], keys = [];

    /// <summary>An axis from 0 to 1.</summary>
    public static PlotScale Unit { get; } = new(0, 1, 0.25, [0, 0.25, 0.5, 0.75, 1]);

    /// <summary>Draws a line through points.</summary>
    public PlotFigure Line(string tone, IEnumerable<(double X, double Y)> points, string? name = null, bool dashed = false)
    {
        var path = new StringBuilder();
        foreach (var (px, py) in points)
            path.Append(CultureInfo.InvariantCulture, $"{(path.Length == 0 ? 'M' : 'L')}{Across(px):0.#} {Up(py):0.#}");
        marks.Add(Markup.Of($"<path class=\"line {tone}{(dashed ? " dashed" : "")}\" d=\"{path.ToString()}\"/>"));
        if (name is not null)
            keys.Add(Markup.Of($"<span class=\"{tone}\"><i class=\"key{(dashed ? " published" : "")}\"></i>{name}</span>"));
        return this;
    }

    /// <summary>Draws points; of many, some that are evenly spread.</summary>
    public PlotFigure Points(string tone, IReadOnlyList<(double X, double Y)> points)
    {
        int shown = Math.Min(points.Count, MostPoints);
        var path = new StringBuilder();
        foreach (var (px, py) in Enumerable.Range(0, shown).Select(i => points[(int)((long)i * points.Count / shown)]))
            path.Append(CultureInfo.InvariantCulture, $"M{Across(px):0.#} {Up(py):0.#}h0");
        marks.Add(Markup.Of($"<path class=\"points {tone}\" d=\"{path.ToString()}\"/>"));
        return this;
    }

    /// <summary>Draws bars from the vertical axis' 0.</summary>
    public PlotFigure Bars(string tone, IEnumerable<(double From, double To, double Height)> bars)
    {
        var path = new StringBuilder();
        foreach (var (from, to, height) in bars)
            path.Append(CultureInfo.InvariantCulture, $"M{Across(from):0.#} {Up(0):0.#}V{Up(height):0.#}H{Across(to):0.#}V{Up(0):0.#}Z");
        marks.Add(Markup.Of($"<path class=\"bars {tone}\" d=\"{path.ToString()}\"/>"));
        return this;
    }

    /// <summary>The figure.</summary>
    /// <param name="description">What it shows, for who does not see it.</param>
    public Markup Draw(string description)
    {
        var rules = x.Ticks.Select(tick => Markup.Of($"<path class=\"rule\" d=\"M{Text(Across(tick))} 0V{Size}\"/>"))
            .Concat(y.Ticks.Select(tick => Markup.Of($"<path class=\"rule\" d=\"M0 {Text(Up(tick))}H{Size}\"/>")));
        var named = keys.Count == 0 ? Markup.None : Markup.Of($"<p class=\"reading\">{keys}</p>");
        return Markup.Of($"""
            <figure class="square">
            <figcaption>{caption}</figcaption>
            {named}<div class="area"><p class="up">{up}</p>
            <div class="scale" aria-hidden="true">{Numbers(y, "bottom")}</div>
            <svg viewBox="0 0 {Size} {Size}" preserveAspectRatio="none" role="img" aria-label="{description}">{rules}{marks}</svg>
            <div class="across" aria-hidden="true">{Numbers(x, "left")}</div>
            <p class="name">{across}</p></div>
            </figure>

            """);
    }

    static IEnumerable<Markup> Numbers(PlotScale scale, string from) =>
        scale.Ticks.Select(tick => Markup.Of($"<span style=\"{from}:{scale.At(tick)}%\">{MeasureText.Short(tick)}</span>"));

    double Across(double value) => Size * Math.Clamp((value - x.From) / (x.To - x.From), 0, 1);

    double Up(double value) => Size * (1 - Math.Clamp((value - y.From) / (y.To - y.From), 0, 1));

    static string Text(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
