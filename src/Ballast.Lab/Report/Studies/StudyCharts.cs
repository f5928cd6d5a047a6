using static Ballast.Lab.MeasureText;

namespace Ballast.Lab;

/// <summary>The curves of a study as the page's script draws them.</summary>
static class StudyCharts
{
    /// <summary>A picture's chart; null for a picture of another kind, or where there is nothing to draw.</summary>
    public static ChartData? Of(StudyResult result, StudyPlot plot, int number) => plot.Kind switch
    {
        PlotKind.Curves => Curves(result, plot, number),
        PlotKind.Single => Single(result, plot, number),
        PlotKind.Factor => Factor(result, plot, number),
        _ => null,
    };

    /// <summary>Whether there is anything of a picture's.</summary>
    public static bool IsMeasured(StudyResult result, StudyPlot plot) => plot.Kind is PlotKind.Curves or PlotKind.Single
        ? result.Trials.Any(trial => trial.Curves.Any(curve => curve.Name.StartsWith(plot.Of, StringComparison.Ordinal) && curve.X.Count > 0))
        : Arms(result, plot).Any(arm => result.Has(arm, result.Definition.Measure(plot.Of)));

    static ChartData? Curves(StudyResult result, StudyPlot plot, int number)
    {
        var lines = new List<Line>();
        foreach (var arm in Arms(result, plot))
        {
            var values = new SortedDictionary<double, List<double>>();
            foreach (var curve in result.Of(arm).Select(trial => trial.Curve(plot.Of)).OfType<TrialCurve>())
                Add(values, curve);
            var line = Summarize(result, arm, arm.Name, values);
            int before = arm.Group is null || values.Count == 0 ? 0
                : lines.Count(other => other.Points.Count > 0 && other.Series.Tone == line.Series.Tone);
            lines.Add(line with { Series = line.Series with { Dash = before } });
        }

        return Draw(plot, number, lines, Title(result, plot));
    }

    static ChartData? Single(StudyResult result, StudyPlot plot, int number)
    {
        var lines = new List<Line>();
        foreach (var arm in Arms(result, plot))
        {
            foreach (var curve in result.Of(arm)
                .FirstOrDefault()?.Curves.Where(curve => curve.Name.StartsWith(plot.Of, StringComparison.Ordinal)) ?? [])
            {
                string part = curve.Name[plot.Of.Length..].Trim();
                var values = new SortedDictionary<double, List<double>>();
                Add(values, curve);
                var line = Summarize(result, arm, part.Length == 0 ? arm.Name : $"{arm.Name}, {part}", values);
                lines.Add(line with { Series = line.Series with { Label = part.Length == 0 ? arm.Name : part } });
            }
        }

        return Draw(plot, number, lines, Title(result, plot));
    }

    static ChartData? Factor(StudyResult result, StudyPlot plot, int number)
    {
        var measure = result.Definition.Measure(plot.Of);
        var lines = new List<Line>();
        foreach (var group in Arms(result, plot).Where(static arm => arm.Factor is not null).GroupBy(static arm => arm.Group ?? ""))
        {
            var values = new SortedDictionary<double, List<double>>();
            foreach (var arm in group)
            {
                var known = result.Of(arm).Select(trial => result.Value(trial, measure)).OfType<double>().ToList();
                if (known.Count > 0)
                    values[arm.Factor!.Value] = known;
            }

            lines.Add(Summarize(result, group.First(), group.Key, values));
        }

        return Draw(plot, number, lines, Brief(measure.Title));
    }

    static IEnumerable<StudyArm> Arms(StudyResult result, StudyPlot plot) =>
        result.Definition.Arms.Where(arm => plot.Arms is null || plot.Arms.Contains(arm.Name));

    static void Add(SortedDictionary<double, List<double>> values, TrialCurve curve)
    {
        for (int i = 0; i < curve.X.Count; i++)
        {
            if (!double.IsFinite(curve.Y[i]))
                continue;
            if (!values.TryGetValue(curve.X[i], out var list))
                values[curve.X[i]] = list = [];
            list.Add(curve.Y[i]);
        }
    }

    // The mean at each place, with one standard deviation to both sides.
    static Line Summarize(StudyResult result, StudyArm arm, string name, SortedDictionary<double, List<double>> values)
    {
        var points = values.ToDictionary(static point => point.Key, static point => SampleSummary.Of(point.Value));
        return new Line(new ChartSeries(name, Tones.Of(result.Definition, arm), []) { Label = name }, points);
    }

    // Curves of a measure's name are of that measure.
    static string Title(StudyResult result, StudyPlot plot) => plot.Format switch
    {
        MeasureFormat.Loss => "loss",
        MeasureFormat.Percent => "accuracy",
        _ => Brief(result.Definition.Measures.FirstOrDefault(measure => measure.Name == plot.Of)?.Title ?? plot.Of),
    };

    static ChartData? Draw(StudyPlot plot, int number, List<Line> lines, string title)
    {
        lines.RemoveAll(static line => line.Points.Count == 0);
        if (lines.Count == 0)
            return null;
        double[] x = [.. lines.SelectMany(static line => line.Points.Keys).Distinct().Where(at => !plot.LogX || at > 0).Order()];
        if (x.Length < 2)
            return null;
        double last = x[^1];
        return new ChartData($"plot{number}")
        {
            Unit = plot.Unit,
            Title = title,
            From = plot.LogX || x[0] < 0 || x[0] > 0.6 * last ? x[0] : 0,
            To = last,
            X = x,
            Format = plot.Format.ToString().ToLowerInvariant(),
            Log = plot.LogX,
            Fine = x.Any(static at => at != Math.Round(at)),
            Series =
            [
                .. lines.Select(line => line.Series with
                {
                    Values = [.. x.Select(at => line.At(at, static point => point.Mean))],
                    Low = line.HasSpread ? [.. x.Select(at => line.At(at, static point => point.Mean - (point.Deviation ?? 0)))] : null,
                    High = line.HasSpread ? [.. x.Select(at => line.At(at, static point => point.Mean + (point.Deviation ?? 0)))] : null,
                }),
            ],
        };
    }

    sealed record Line(ChartSeries Series, Dictionary<double, SampleSummary> Points)
    {
        public bool HasSpread => Points.Values.Any(static point => point.Deviation is > 0);

        // Five significant digits are more than anyone reads.
        public double? At(double x, Func<SampleSummary, double> of)
        {
            if (!Points.TryGetValue(x, out var point))
                return null;
            double value = of(point);
            int digits = value == 0 ? 0 : Math.Clamp(5 - (int)Math.Ceiling(Math.Log10(Math.Abs(value))), 0, 12);
            return Math.Round(value, digits);
        }
    }
}
