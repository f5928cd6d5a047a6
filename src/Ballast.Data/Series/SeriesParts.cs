namespace Ballast;

/// <summary>A series divided by time: windows that are trained on, and later ones that are held out, both standardized by the rows of the
/// first.</summary>
public sealed class SeriesParts
{
    SeriesParts(SeriesSchema schema, SeriesDataset trained, SeriesDataset held, int skipped) =>
        (Schema, Trained, Held, Skipped) = (schema, trained, held, skipped);

    /// <summary>How the series is read.</summary>
    public SeriesSchema Schema { get; }

    /// <summary>The windows that are trained on.</summary>
    public SeriesDataset Trained { get; }

    /// <summary>The windows of the last rows, which have no row in common with those.</summary>
    public SeriesDataset Held { get; }

    /// <summary>How many windows were left out because a value is missing in them.</summary>
    public int Skipped { get; }

    /// <summary>Divides a series.</summary>
    /// <param name="table">The series.</param>
    /// <param name="options">The targets, and the sizes of windows.</param>
    /// <param name="share">The share of the rows that is held out, the last ones.</param>
    /// <exception cref="ArgumentException">Sizes or a share out of range.</exception>
    /// <exception cref="InvalidDataException">A target that there is not, or a series that is too short, or has too many missing values, or does
    /// not vary.</exception>
    public static SeriesParts Of(SeriesTable table, SeriesOptions options, double share = 0.2)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Window < 1 || options.Horizon < 1 || options.Stride < 1)
        {
            throw new ArgumentException($"A series needs a window, a horizon and a stride of 1 row or more; got {options.Window}, {options.Horizon} "
                + $"and {options.Stride}.");
        }

        if (share is not (> 0 and < 1))
            throw new ArgumentException(FormattableString.Invariant($"Expected a share to hold out between 0 and 1, such as 0.2, got {share}."));
        string[] columns = [.. table.Columns];
        foreach (string target in options.Targets)
        {
            if (!columns.Contains(target))
                throw new InvalidDataException($"{table.Path} has no column {target} to predict. Its columns are {string.Join(", ", columns)}.");
        }

        int least = 2 * (options.Window + options.Horizon);
        if (table.Rows < least)
        {
            throw new InvalidDataException($"{table.Path} has {table.Rows} rows. A window of {options.Window} and a horizon of {options.Horizon} "
                + $"need {least} at least, half of them to hold out. Take shorter ones, or a longer series.");
        }

        int[] targets = [.. options.Targets.Select(target => Array.IndexOf(columns, target))];
        try
        {
            var all = new SeriesDataset(table.Values, options.Window, options.Horizon, options.Stride, targets, skipMissing: true);
            if (all.Count == 0)
                throw new ArgumentException($"in each of its {all.SkippedWindows} windows a value is missing. Fill them, or take a shorter window.");
            var parts = all.SplitByTime([1 - share, share], standardize: true);
            var scale = parts[0].Standardization!;
            return new SeriesParts(
                new SeriesSchema(table.Time, columns, options.Targets, options.Window, options.Horizon, scale.Mean, scale.Std, options.Network),
                parts[0], parts[1], all.SkippedWindows);
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"{table.Path}: {Named(e.Message, columns)}", e);
        }
    }

    // The library counts columns; a person named them.
    static string Named(string message, string[] columns)
    {
        for (int c = columns.Length - 1; c >= 0; c--)
            message = message.Replace($"column {c} ", $"column {columns[c]} ", StringComparison.Ordinal);
        return message;
    }
}
