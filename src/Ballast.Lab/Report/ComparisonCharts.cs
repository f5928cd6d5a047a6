namespace Ballast.Lab;

/// <summary>The curves of a comparison as the page's script draws them.</summary>
static class ComparisonCharts
{
    /// <summary>The whole training: both runs over all mini-batches, each epoch a band; null with fewer than two points to each line.
    /// </summary>
    public static ChartData? Training(ComparisonReport report)
    {
        double end = Math.Max((double)report.Epochs * report.StepsPerEpoch, LastStep(report));
        return Draw(report, new ChartData("training")
        {
            Unit = "mini-batch",
            Title = "training loss",
            From = 0,
            To = end,
            X = [],
            Series = [],
            Bands = [.. Enumerable.Range(1, report.Epochs).Select(epoch => new ChartBand(
                (epoch - 1d) * report.StepsPerEpoch, (double)epoch * report.StepsPerEpoch, $"epoch {epoch}"))],
        }, epoch: null);
    }

    /// <summary>One epoch close up, with what others published for it; null with fewer than two points to a line.
    /// </summary>
    public static ChartData? Epoch(ComparisonReport report, int epoch)
    {
        int points = Math.Max(Points(report.With, epoch), Points(report.Without, epoch));
        return points < 2 ? null : Draw(report, new ChartData("epoch")
        {
            Unit = $"epoch {epoch}, mini-batch",
            Title = "training loss",
            From = 0,
            To = report.StepsPerEpoch,
            X = [],
            Series = [],
        }, epoch);
    }

    static ChartData? Draw(ComparisonReport report, ChartData chart, int? epoch)
    {
        int offset = epoch is { } number ? (number - 1) * report.StepsPerEpoch : 0;
        var lines = new List<(ChartSeries Series, SortedDictionary<int, double> Values)>();
        Add("with batch normalization", "with", Own(report.With));
        Add("without batch normalization", "without", Own(report.Without));
        if (lines.All(static line => line.Values.Count < 2))
            return null;

        bool difference = lines.Count == 2;
        foreach (var published in report.Published.Where(result => result.Epoch == epoch))
        {
            Add($"{published.Name}, with", "with", Lines(published.LinesWith), published: true);
            Add($"{published.Name}, without", "without", Lines(published.LinesWithout), published: true);
        }

        int[] steps = [.. lines.SelectMany(line => line.Values.Keys).Distinct().Order()];
        return chart with
        {
            X = [.. steps.Select(step => (double)step)],
            Series = [.. lines.Select(line => line.Series with
            {
                Values = [.. steps.Select(step =>
                    line.Values.TryGetValue(step, out double loss) ? Finite(loss) : null)],
            })],
            Difference = difference,
        };

        void Add(string name, string tone, SortedDictionary<int, double> values, bool published = false)
        {
            if (values.Values.Any(double.IsFinite))
                lines.Add((new(name, tone, []) { Label = published ? null : tone, Published = published }, values));
        }

        // A point that comes twice, as after a resumption, counts as it came last.
        SortedDictionary<int, double> Own(RunCurve? run)
        {
            var values = new SortedDictionary<int, double>();
            foreach (var point in run?.Points ?? [])
            {
                if (epoch is null || point.Epoch == epoch)
                    values[point.Step - offset] = point.Loss;
            }

            return values;
        }

        SortedDictionary<int, double> Lines(IReadOnlyList<double> losses)
        {
            var values = new SortedDictionary<int, double>();
            for (int i = 0; i < losses.Count; i++)
                values[(i + 1) * report.LogEvery] = losses[i];
            return values;
        }
    }

    // Five decimals are two more than anyone reads; JSON has no word for what is not a number.
    static double? Finite(double loss) => double.IsFinite(loss) ? Math.Round(loss, 5) : null;

    static int Points(RunCurve? run, int epoch) =>
        run?.Points.Count(point => point.Epoch == epoch && double.IsFinite(point.Loss)) ?? 0;

    static int LastStep(ComparisonReport report) =>
        Math.Max(report.With?.Points.Select(point => point.Step).DefaultIfEmpty().Max() ?? 0,
            report.Without?.Points.Select(point => point.Step).DefaultIfEmpty().Max() ?? 0);
}
