namespace Ballast;

/// <summary>The values of a time series, row by row.</summary>
sealed class SeriesRows
{
    readonly float[] values;

    SeriesRows(float[] values, int count, int columns)
    {
        Throw.Unless(count > 0 && columns > 0, $"SeriesDataset: the series has no values: {count} rows of {columns} columns.");
        (this.values, Count, ColumnCount) = (values, count, columns);
    }

    public int Count { get; }

    public int ColumnCount { get; }

    public float this[int row, int column] => values[row * ColumnCount + column];

    public static SeriesRows Of(Tensor series)
    {
        ArgumentNullException.ThrowIfNull(series);
        Throw.Unless(series.Shape.Rank is 1 or 2 && series.ElementType == ElementType.Float32,
            $"SeriesDataset: expected a series of float32 [T, columns] or [T], got {series.ElementType.Name()} {series.Shape}.");
        return new SeriesRows(series.ToArray(), series.Shape[0], series.Shape.Rank == 1 ? 1 : series.Shape[1]);
    }

    public static SeriesRows Of(float[] series)
    {
        ArgumentNullException.ThrowIfNull(series);
        return new SeriesRows([.. series], series.Length, 1);
    }

    /// <summary>The columns of a list, checked; all where it is null.</summary>
    public int[] Columns(IReadOnlyList<int>? columns, string kind)
    {
        if (columns is null)
            return [.. Enumerable.Range(0, ColumnCount)];
        Throw.Unless(columns.Count > 0, $"SeriesDataset: there is no {kind} column. Name one or more, or leave the list out for all.");
        foreach (int column in columns)
        {
            Throw.Unless((uint)column < (uint)ColumnCount,
                $"SeriesDataset: there is no {kind} column {column}; the series has {ColumnCount}, counted from 0.");
            Throw.Unless(columns.Count(other => other == column) == 1, $"SeriesDataset: the {kind} column {column} is named twice.");
        }

        return [.. columns];
    }

    /// <summary>Refuses infinite values in these columns, and missing ones unless they may be skipped.</summary>
    public void CheckFinite(int[] columns, bool skipMissing)
    {
        for (int row = 0; row < Count; row++)
        {
            foreach (int column in columns)
            {
                float value = this[row, column];
                Throw.Unless(!float.IsInfinity(value),
                    $"SeriesDataset: the value in row {row}, column {column} is {value}. Expected finite numbers; a missing value is NaN.");
                Throw.Unless(skipMissing || !float.IsNaN(value),
                    $"SeriesDataset: the value in row {row}, column {column} is missing (NaN), as are {Missing(columns)} of "
                        + $"{(long)Count * columns.Length} values in all. Fill them, or leave out the windows that have one: skipMissing: true.");
            }
        }
    }

    int Missing(int[] columns) => columns.Sum(column => Enumerable.Range(0, Count).Count(row => float.IsNaN(this[row, column])));

    /// <summary>How many rows before each one, and before the end, have a missing value in one of the columns.</summary>
    public int[] MissingBefore(int[] columns)
    {
        int[] missing = new int[Count + 1];
        for (int t = 0; t < Count; t++)
            missing[t + 1] = missing[t] + (Array.Exists(columns, column => float.IsNaN(this[t, column])) ? 1 : 0);
        return missing;
    }
}
