using System.Globalization;

namespace Ballast.Lab;

/// <summary>A column of a table that tells the target by itself: a copy of it under another name, or something that is known only afterwards.
/// </summary>
sealed class LeakingColumnCheck : DoctorCheck
{
    const int FewestAsked = 50, FewestOfClass = 5, FewestRows = 20;
    const double NearlyAll = 0.99, Straight = 0.999;

    public override string Name => "leaking-column";

    public override string Reference => "Kaufman et al. 2012, \"Leakage in data mining\"; Kapoor and Narayanan 2023 (arXiv 2207.07048)";

    public override bool NeedsNorms => false;

    public override string? Missing(Examination examination) => examination.TrainingSamples is null ? NeedsLoader : null;

    public override IEnumerable<Finding> Find(Examination examination)
    {
        if (examination.Columns is not { Columns: { Length: > 1 } columns } table)
            yield break;
        bool classes = table.Labels is not null;
        (int Column, double Score)[] found = [.. columns
            .Select((values, column) => (Column: column, Score: values.All(float.IsFinite) ? Score(table, values) : 0))
            .Where(entry => entry.Score >= (classes ? NearlyAll : Straight)).OrderByDescending(static entry => entry.Score)];
        // Where many columns tell the target each, it is easy to tell.
        if (found.Length == 0 || found.Length > Math.Max(1, columns.Length / 4))
            yield break;
        string names = List([.. found.Take(5).Select(entry => string.Create(
            CultureInfo.InvariantCulture, $"{examination.TrainingSamples!.ColumnName(entry.Column)} ({entry.Score:0.####})"))], found.Length);
        yield return Found(Severity.Warning, found[0].Score >= (classes ? 1 : 0.999999) ? Confidence.Likely : Confidence.Possible, "",
            (classes ? "A single column tells the class nearly without error, for samples whose classes were not looked at "
                + "(mean share of each class that is told): "
                : "A single column follows the target in a straight line (correlation): ")
                + $"{names}. It may be the target under another name, or something that is known only afterwards.",
            "Is it known when the network is used? If not, leave the column out and train again; expect a worse and a true result.",
            (classes ? "share_told" : "correlation", found[0].Score), ("column", found[0].Column), ("leaking_columns", found.Length),
            ("columns", columns.Length), ("samples", columns[0].Length));
    }

    static double Score(ColumnTable table, float[] values) => table.Labels is { } labels ? Told(table, values, labels)
        : values.Length < FewestRows ? 0 : table.Targets.Select(target => Math.Abs(Correlation(values, target))).DefaultIfEmpty().Max();

    // Each sample of one half gets the class that is most frequent at the nearest value of the other half. Equal rows are in one half.
    static double Told(ColumnTable table, float[] values, int[] labels)
    {
        (float Value, int Class)[] known = [.. Enumerable.Range(0, values.Length).Where(row => !table.IsAsked[row])
            .GroupBy(row => values[row]).OrderBy(static group => group.Key)
            .Select(group => (group.Key, group.GroupBy(row => labels[row]).MaxBy(static one => one.Count())!.Key))];
        if (known.Length < 2)
            return 0;
        float[] keys = [.. known.Select(static entry => entry.Value)];
        var right = new Dictionary<int, (int Right, int All)>();
        int asked = 0;
        for (int row = 0; row < values.Length; row++)
        {
            if (!table.IsAsked[row])
                continue;
            int at = Array.BinarySearch(keys, values[row]);
            if (at < 0)
            {
                at = Math.Min(~at, keys.Length - 1);
                if (at > 0 && values[row] - keys[at - 1] < keys[at] - values[row])
                    at--;
            }

            var (hits, all) = right.GetValueOrDefault(labels[row]);
            right[labels[row]] = (hits + (known[at].Class == labels[row] ? 1 : 0), all + 1);
            asked++;
        }

        double[] shares = [.. right.Values.Where(static one => one.All >= FewestOfClass).Select(static one => (double)one.Right / one.All)];
        return asked < FewestAsked || shares.Length < 2 ? 0 : shares.Average();
    }

    static double Correlation(float[] x, float[] y)
    {
        double meanX = x.Average(static value => (double)value), meanY = y.Average(static value => (double)value), xx = 0, yy = 0, xy = 0;
        for (int i = 0; i < x.Length; i++)
        {
            double a = x[i] - meanX, b = y[i] - meanY;
            (xx, yy, xy) = (xx + a * a, yy + b * b, xy + a * b);
        }

        return xx > 0 && yy > 0 ? xy / Math.Sqrt(xx * yy) : 0;
    }
}
