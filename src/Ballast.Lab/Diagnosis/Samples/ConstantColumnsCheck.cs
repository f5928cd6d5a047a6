using System.Globalization;

namespace Ballast.Lab;

/// <summary>Columns of a table that are the same in all or nearly all training samples: nothing is learned from them, and what a network makes
/// of other values is left to its initial weights.</summary>
sealed class ConstantColumnsCheck : DoctorCheck
{
    const int FewestRows = 20, FewestOthers = 5;
    const double NearlyAll = 0.999, Often = 0.01;

    public override string Name => "constant-columns";

    public override string Reference => "Kuhn and Johnson 2013, \"Applied predictive modeling\", section 3.5";

    public override bool NeedsNorms => false;

    public override string? Missing(Examination examination) => examination.TrainingSamples is null ? NeedsLoader : null;

    public override IEnumerable<Finding> Find(Examination examination)
    {
        if (examination.Columns is not { } table || table.Columns[0].Length < FewestRows)
            yield break;
        var samples = examination.TrainingSamples!;
        var suspects = new List<(int Column, float Value)>();
        for (int column = 0; column < table.Columns.Length; column++)
        {
            var (value, share) = Commonest(table.Columns[column]);
            if (share >= NearlyAll)
                suspects.Add((column, value));
        }

        if (suspects.Count == 0)
            yield break;
        int[] others = Others(samples, suspects);
        int[] kept = [.. Enumerable.Range(0, suspects.Count).Where(i => others[i] <= (1 - NearlyAll) * samples.Indices.Count)];
        if (kept.Length == 0)
            yield break;
        int constant = kept.Count(i => others[i] == 0);
        int[] tested = examination.TestSamples is { IsFloats: true } test && test.Shape == samples.Shape
            ? Others(test, suspects) : new int[suspects.Count];
        int[] moved = [.. kept.Where(i => tested[i] >= FewestOthers && tested[i] > Often * examination.TestSamples!.Indices.Count)];
        string names = Names(moved.Length > 0 ? moved : kept);
        string what = constant == kept.Length ? $"{Columns(kept.Length)} the same value in all"
            : string.Create(CultureInfo.InvariantCulture, $"{Columns(kept.Length)} one value in at least 999 of 1,000, {constant} of them in all");
        yield return Found(moved.Length > 0 ? Severity.Warning : Severity.Note, Confidence.Certain, "",
            string.Create(CultureInfo.InvariantCulture, $"{what} {samples.Indices.Count} training samples that were looked at")
                + (moved.Length == 0 ? $": {names}. Nothing is learned from it."
                    : string.Create(CultureInfo.InvariantCulture, $", and {moved.Length} of them other values in the test data: {names}. ")
                        + "What the network makes of these is left to its initial weights."),
            "Leave the columns out, in training and in use. Were they filled by mistake, or are rows missing in which they vary?",
            ("constant", constant), ("nearly_constant", kept.Length - constant), ("columns", table.Columns.Length),
            ("first_column", suspects[kept[0]].Column), ("other_in_the_test_data", moved.Length), ("samples", samples.Indices.Count));

        string Names(int[] of) => List([.. of.Take(5).Select(i => Described(samples, suspects[i]))], of.Length);
    }

    static string Described(ScannedSamples samples, (int Column, float Value) column) =>
        string.Create(CultureInfo.InvariantCulture, $"{samples.ColumnName(column.Column)} (always {column.Value:G4})");

    static string Columns(int count) => count == 1 ? "One column has" : string.Create(CultureInfo.InvariantCulture, $"{count} columns have");

    static (float Value, double Share) Commonest(float[] values)
    {
        float[] sorted = [.. values.Order()];
        int best = 0, start = 0;
        float value = sorted[0];
        for (int i = 1; i <= sorted.Length; i++)
        {
            if (i < sorted.Length && sorted[i].Equals(sorted[start]))
                continue;
            if (i - start > best)
                (best, value) = (i - start, sorted[start]);
            start = i;
        }

        return (value, (double)best / sorted.Length);
    }

    // In how many samples each of these columns has another value.
    static int[] Others(ScannedSamples samples, List<(int Column, float Value)> columns)
    {
        int[] counts = new int[columns.Count];
        foreach (int index in samples.Indices)
        {
            var values = samples.Read(index);
            for (int i = 0; i < counts.Length; i++)
                counts[i] += values[columns[i].Column].Equals(columns[i].Value) ? 0 : 1;
        }

        return counts;
    }
}
