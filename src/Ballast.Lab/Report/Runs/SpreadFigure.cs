using System.Globalization;
using System.Text;
using static Ballast.Lab.MeasureText;

namespace Ballast.Lab;

/// <summary>A run's distributions in a <see cref="SpreadFigure"/>.</summary>
/// <param name="Name">The run's name before a panel's title: <c>with</c>; empty where there is one run.</param>
/// <param name="Tone">Its colour.</param>
/// <param name="Spreads">What its layers did.</param>
sealed record SpreadRun(string Name, string Tone, IReadOnlyList<LayerSpread> Spreads);

/// <summary>The distributions of activations over training: a row for each layer, a panel before and one after its normalization, and in each
/// a shape for each epoch, as wide as many values are there. Plain HTML and SVG: it needs no script.</summary>
static class SpreadFigure
{
    const int Rows = 4, Columns = 12, Width = 1000, Height = 500, Parts = 20;

    sealed record Panel(string Title, string Tone, IReadOnlyList<(int Epoch, ValueSpread Spread)> Values);

    /// <summary>Draws runs side by side; nothing where nothing was measured.</summary>
    public static Markup Draw(params ReadOnlySpan<SpreadRun> runs)
    {
        var measured = runs.ToArray().Where(static run => run.Spreads.Count > 0).ToList();
        if (measured.Count == 0)
            return Markup.None;
        var layers = measured.ConvertAll(static run => run.Spreads.Select(static spread => spread.Layer).Distinct().ToList());
        int depth = layers.Max(static names => names.Count), shown = Math.Min(Rows, depth);
        var rows = new List<Markup>();
        foreach (int at in Enumerable.Range(0, shown).Select(row => shown == 1 ? 0 : (int)Math.Round(row * (depth - 1d) / (shown - 1))))
        {
            var panels = new List<Panel>();
            var titles = new List<string>();
            for (int run = 0; run < measured.Count; run++)
            {
                if (at >= layers[run].Count)
                    continue;
                string layer = layers[run][at];
                var own = measured[run].Spreads.Where(spread => spread.Layer == layer).OrderBy(static spread => spread.Epoch).ToList();
                titles.Add($"{own[0].Title}, {own[0].Layer}");
                panels.AddRange(Panels(measured[run], own));
            }

            rows.Add(Row($"{string.Join(" / ", titles.Distinct())}", panels));
        }

        string left = depth > shown ? $" Of {depth} layers {shown} are shown, from the first to the last." : "";
        return Markup.Of($"""
            <figure class="spreads">
            <figcaption>Activations over training</figcaption>
            <p class="reading">Each shape is the distribution after an epoch, 0 being before training: as wide as many values are there.
            The line in it is the mean. The panels of a row have one vertical axis, which leaves a hundredth of the values out.{left}</p>
            {rows}
            <details class="values"><summary>All values</summary>{Table(measured)}</details>
            </figure>

            """);
    }

    static IEnumerable<Panel> Panels(SpreadRun run, List<LayerSpread> own)
    {
        string name = run.Name.Length == 0 ? "" : $"{run.Name}: ";
        yield return new Panel(name + (own[0].After is null ? "given to the activation" : "before normalization"), run.Tone,
            [.. own.Select(static spread => (spread.Epoch, spread.Before))]);
        if (own[0].After is not null)
        {
            yield return new Panel(name + "after it", run.Tone,
                [.. own.Where(static spread => spread.After is not null).Select(static spread => (spread.Epoch, spread.After!))]);
        }

    }

    static Markup Row(string title, List<Panel> panels)
    {
        var scale = PlotScale.Of([.. panels.SelectMany(static panel => panel.Values)
            .SelectMany(static value => new[] { value.Spread.Low, value.Spread.High })]);
        var ticks = scale.Ticks.Select(tick => Markup.Of($"<span style=\"bottom:{scale.At(tick)}%\">{Short(tick)}</span>"));
        return Markup.Of($"""
            <div class="spread"><p class="name">{title}</p><p class="unit">value</p>
            <div class="panels"><div class="scale" aria-hidden="true">{ticks}</div>
            {panels.Select(panel => Draw(panel, scale))}</div></div>

            """);
    }

    static Markup Draw(Panel panel, PlotScale scale)
    {
        var shown = Thin(panel.Values);
        double column = (double)Width / shown.Count;
        var shapes = new StringBuilder();
        var means = new StringBuilder();
        for (int i = 0; i < shown.Count; i++)
        {
            double middle = (i + 0.5) * column;
            Shape(shapes, shown[i].Spread, middle, 0.46 * column, scale);
            double y = Y(shown[i].Spread.Mean, scale);
            means.Append(CultureInfo.InvariantCulture, $"M{middle - 0.3 * column:0} {y:0}h{0.6 * column:0}");
        }

        var rules = scale.Ticks.Select(tick =>
            Markup.Of($"<path class=\"rule{(tick == 0 ? " zero" : "")}\" d=\"M0 {Whole(Y(tick, scale))}H{Width}\"/>"));
        var (first, last) = (panel.Values[0].Spread, panel.Values[^1].Spread);
        string described = $"{panel.Title}: mean {Number(first.Mean)} and standard deviation {Number(first.Deviation)} at first, "
            + $"{Number(last.Mean)} and {Number(last.Deviation)} at last";
        return Markup.Of($"""
            <div class="panel {panel.Tone}"><p>{panel.Title}</p>
            <svg viewBox="0 0 {Width} {Height}" preserveAspectRatio="none" role="img" aria-label="{described}">{rules}
            <path class="shape" d="{shapes.ToString()}"/><path class="middle" d="{means.ToString()}"/></svg>
            <div class="epochs" aria-hidden="true">{shown.Select(static value => Markup.Of($"<span>{value.Epoch}</span>"))}</div>
            <p class="unit">epoch</p></div>

            """);
    }

    static void Shape(StringBuilder path, ValueSpread spread, double middle, double reach, PlotScale scale)
    {
        int[] counts = Merged(spread.Counts);
        double most = counts.Max(), step = (spread.High - spread.Low) / counts.Length;
        for (int side = 0; side < 2; side++)
        {
            for (int k = 0; k < counts.Length; k++)
            {
                int part = side == 0 ? k : counts.Length - 1 - k;
                double x = middle + (side == 0 ? 1 : -1) * reach * counts[part] / most;
                path.Append(CultureInfo.InvariantCulture, $"{(side + k == 0 ? 'M' : 'L')}{x:0} {Y(spread.Low + (part + 0.5) * step, scale):0}");
            }
        }

        path.Append('Z');
    }

    // All values alike are a flat shape of two ends.
    static int[] Merged(IReadOnlyList<int> counts) => counts.Count < 2 ? [1, 1]
        : [.. Enumerable.Range(0, Parts).Select(part => counts.Skip(part * counts.Count / Parts).Take(counts.Count / Parts).Sum())];

    static double Y(double value, PlotScale scale) => Height * (1 - Math.Clamp((value - scale.From) / (scale.To - scale.From), 0, 1));

    static List<(int Epoch, ValueSpread Spread)> Thin(IReadOnlyList<(int Epoch, ValueSpread Spread)> values)
    {
        int count = Math.Min(Columns, values.Count);
        return [.. Enumerable.Range(0, count).Select(i => values[count == 1 ? 0 : (int)Math.Round(i * (values.Count - 1d) / (count - 1))])];
    }

    static Markup Table(List<SpreadRun> runs) => Markup.Of($"""
        <table><thead><tr><th scope="col">layer</th><th scope="col">epoch</th><th scope="col">before</th>
        <th scope="col">after</th></tr></thead><tbody>
        {runs.SelectMany(static run => run.Spreads.Select(spread => Line(run, spread)))}</tbody></table>
        """);

    static Markup Line(SpreadRun run, LayerSpread spread) => Markup.Of($"""
        <tr><th scope="row">{Name(run, spread)}</th><td>{spread.Epoch}</td><td>{Text(spread.Before)}</td><td>{Text(spread.After)}</td></tr>

        """);

    static string Name(SpreadRun run, LayerSpread spread) => run.Name.Length == 0 ? spread.Layer : $"{run.Name}, {spread.Layer}";

    static string Text(ValueSpread? spread) => spread is null ? "–" : $"{Number(spread.Mean)} ± {Number(spread.Deviation)}";

    static string Number(double value) => Value(MeasureFormat.Number, value);

    static string Whole(double value) => value.ToString("0", CultureInfo.InvariantCulture);
}
