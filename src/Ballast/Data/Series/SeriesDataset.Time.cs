namespace Ballast;

public sealed partial class SeriesDataset
{
    int FirstOfAll => starts.Min();

    int EndOfAll => starts.Max() + Window + Horizon;

    /// <summary>Divides the windows into parts that follow one another in time and have no row in common.</summary>
    /// <remarks>Of the R rows from the first window's first to the last window's last, the part k gets those from R * (the shares before
    /// it) up to R * (the shares up to its own), both rounded; of each part but the first, the first <paramref name="gap"/> rows are left
    /// out. A part has those windows of this dataset whose inputs and targets all lie in its rows. So windows that cross a boundary are in no
    /// part, and no window of a later part, input or target, has a row that an earlier part's has.</remarks>
    /// <param name="shares">The share of each part, in the order of time, above 0; together 1.</param>
    /// <param name="gap">How many rows are left out between a part and the next, where neighbouring rows tell of each other.</param>
    /// <param name="standardize">Whether all parts are standardized with the mean and the deviation of the first one,
    /// <see cref="Standardization.Of"/>.</param>
    /// <exception cref="ArgumentException">No windows; shares that are not above 0 or do not sum to 1; a negative gap; a part in which no
    /// window lies; a column that cannot be standardized, or is already.</exception>
    public IReadOnlyList<SeriesDataset> SplitByTime(ReadOnlySpan<double> shares, int gap = 0, bool standardize = false)
    {
        Throw.Unless(Count > 0, $"SeriesDataset.SplitByTime: there are no windows.");
        Throw.Unless(gap >= 0, $"SeriesDataset.SplitByTime: expected a gap of 0 rows or more, got {gap}.");
        int first = FirstOfAll;
        var divided = DataSplit.ByOrder(EndOfAll - first, shares);
        var parts = new SeriesDataset[divided.Count];
        int end = first;
        for (int k = 0; k < parts.Length; k++)
        {
            int from = end + (k > 0 ? gap : 0);
            end += divided[k].Length;
            int last = end - Window - Horizon;
            parts[k] = new SeriesDataset(this, Array.FindAll(starts, start => start >= from && start <= last), Standardization);
            Throw.Unless(parts[k].Count > 0,
                $"SeriesDataset.SplitByTime: the part {k}, a share of {shares[k]}, has the {Math.Max(0, end - from)} rows from {from} on, in which "
                    + $"no window of {Window} + {Horizon} rows lies. Give it a larger share, or take a shorter window, horizon, stride or gap.");
        }

        if (!standardize)
            return parts;
        var standardization = Standardization.Of(parts[0]);
        return Array.ConvertAll(parts, part => part.Standardize(standardization));
    }

    /// <summary>The same windows with each column of the series, in inputs and targets, brought to a common scale: (x - mean) / std. Nothing
    /// is copied.</summary>
    /// <param name="standardization">A mean and a deviation for each column of the series: <see cref="Standardization.Of"/> the part that is
    /// trained on.</param>
    /// <exception cref="ArgumentException">Another number of columns, or windows that are standardized already.</exception>
    public override SeriesDataset Standardize(Standardization standardization)
    {
        CheckStandardization(standardization, Standardization is not null);
        return new SeriesDataset(this, starts, standardization);
    }

    private protected override void CheckChannels(Standardization standardization) =>
        Throw.Unless(standardization.Mean.Count == rows.ColumnCount,
            $"SeriesDataset: expected a mean and a std for each of the {rows.ColumnCount} columns of the series, got {standardization.Mean.Count}.");

    /// <summary>Predictions, or targets, in the units of the series: x * std + mean, column by column; as they are where nothing is
    /// standardized.</summary>
    /// <param name="predictions">[N, targets, horizon], or [N, horizon, targets] where time is first; without N too.</param>
    /// <exception cref="ArgumentException">Another shape.</exception>
    public Tensor Unscale(Tensor predictions)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        var shape = predictions.Shape;
        Throw.Unless(shape.Rank is 2 or 3 && shape[^2] == TargetShape[0] && shape[^1] == TargetShape[1],
            $"SeriesDataset.Unscale: expected [N, {TargetShape[0]}, {TargetShape[1]}], [N, {(timeFirst ? "horizon, targets" : "targets, horizon")}], "
                + $"got {shape}. new Unflatten(1, {TargetShape[0]}, {TargetShape[1]}) makes it of [N, {TargetShape.Length}].");
        if (Standardization is not { } scale)
            return predictions;
        return predictions * Column(scale.Std) + Column(scale.Mean);

        Tensor Column(IReadOnlyList<float> values) =>
            Tensor.From(Array.ConvertAll(targetColumns, column => values[column]), timeFirst ? [1, targetColumns.Length] : [targetColumns.Length, 1]);
    }

    /// <summary>What a network is given to predict what comes behind the whole series: its last rows as a batch of one input, standardized as
    /// these windows are, [1, columns, window] or [1, window, columns].</summary>
    /// <exception cref="ArgumentException">A value is missing in these rows.</exception>
    public Tensor Latest() => Latest(rows);

    /// <summary>What a network is given to predict what comes behind rows that are not this series': the last of them as a batch of one input,
    /// standardized as these windows are, [1, columns, window] or [1, window, columns].</summary>
    /// <param name="newRows">[T, columns] with the columns of the series, or [T] of one; as many rows as the window has, or more.</param>
    /// <exception cref="ArgumentException">Other columns, fewer rows, or a value that is missing or infinite.</exception>
    public Tensor Latest(Tensor newRows)
    {
        var others = SeriesRows.Of(newRows);
        Throw.Unless(others.ColumnCount == rows.ColumnCount && others.Count >= Window,
            $"SeriesDataset.Latest: expected {Window} rows or more of {rows.ColumnCount} columns, got {newRows.Shape}.");
        return Latest(others);
    }

    Tensor Latest(SeriesRows from)
    {
        int start = from.Count - Window;
        foreach (int column in inputColumns)
        {
            for (int row = start; row < from.Count; row++)
            {
                Throw.Unless(float.IsFinite(from[row, column]),
                    $"SeriesDataset.Latest: the value in row {row}, column {column} is {from[row, column]}; the last {Window} rows are predicted "
                        + $"from. Fill it, or give rows that end before it.");
            }
        }

        float[] values = new float[SampleShape.Length];
        Copy(from, start, Window, inputColumns, values);
        return Tensor.From(values, SampleShape.Batched(1));
    }

    /// <summary>The mean and the deviation of each column over the rows that these windows reach, from the first one's first to the last one's
    /// last, each row once; missing values are left out. A column that no window takes has 0 and 1.</summary>
    internal Standardization Statistics()
    {
        float[] means = new float[rows.ColumnCount], stds = new float[rows.ColumnCount];
        Array.Fill(stds, 1);
        int first = FirstOfAll, count = EndOfAll - first;
        foreach (int c in UsedColumns)
        {
            float[] values = [.. Enumerable.Range(first, count).Select(row => Scaled(rows[row, c], c)).Where(static value => !float.IsNaN(value))];
            Throw.Unless(values.Length > 0,
                $"Standardization: the column {c} of the series has no value in the rows {first} to {first + count - 1}. Leave it out.");
            Throw.Unless(values.Min() < values.Max(),
                $"Standardization: the column {c} of the series is {values[0]} in all rows from {first} to {first + count - 1}, and cannot be "
                    + $"standardized. Leave it out.");
            double mean = values.Average(static value => (double)value);
            means[c] = (float)mean;
            stds[c] = (float)Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
        }

        return new Standardization(means, stds);
    }
}
