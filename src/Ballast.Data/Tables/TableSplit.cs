namespace Ballast;

/// <summary>Which rows of a table are held out.</summary>
public enum TableHoldOut
{
    /// <summary>Any.</summary>
    Random,

    /// <summary>Of each class its share: <see cref="DataSplit.Stratified"/>.</summary>
    Stratified,

    /// <summary>Whole groups, which a column names: <see cref="DataSplit.ByGroup(ReadOnlySpan{int}, ReadOnlySpan{double}, long)"/>.</summary>
    Groups,

    /// <summary>The last ones, by a column that says when.</summary>
    Last,
}

/// <summary>Divides the rows of a table that have a target: to train on and to hold out.</summary>
public static class TableSplit
{
    /// <summary>Divides them. Rows are counted from 0 among those with a target, as <see cref="TableDataset.Open(string, string, TableOptions,
    /// Func{int, IReadOnlyList{int}})"/> counts them.</summary>
    /// <param name="path">The file.</param>
    /// <param name="target">The column that is predicted.</param>
    /// <param name="kind">Which rows are held out.</param>
    /// <param name="column">The column of groups or of time; null for the other kinds.</param>
    /// <param name="share">The share that is held out.</param>
    /// <param name="seed">The seed by which rows or groups are taken.</param>
    /// <exception cref="ArgumentException">A share that leaves too few on one side, or fewer than two groups.</exception>
    /// <exception cref="InvalidDataException">A table that cannot be read, a column that there is not, or a missing value in it.</exception>
    /// <exception cref="IOException">There is no such file, or it cannot be read.</exception>
    public static (int[] Train, int[] Held) Of(string path, string target, TableHoldOut kind, string? column, double share, long seed) =>
        Of(path, [target], kind, column, share, seed);

    /// <summary>Divides the rows that have all of several targets likewise.</summary>
    /// <param name="path">The file.</param>
    /// <param name="targets">The columns that are predicted; by classes only one is stratified.</param>
    /// <param name="kind">Which rows are held out.</param>
    /// <param name="column">The column of groups or of time; null for the other kinds.</param>
    /// <param name="share">The share that is held out.</param>
    /// <param name="seed">The seed by which rows or groups are taken.</param>
    /// <inheritdoc cref="Of(string, string, TableHoldOut, string, double, long)"/>
    public static (int[] Train, int[] Held) Of(
        string path, IReadOnlyList<string> targets, TableHoldOut kind, string? column, double share, long seed)
    {
        ArgumentNullException.ThrowIfNull(targets);
        if (kind == TableHoldOut.Stratified && targets.Count != 1)
            throw new ArgumentException("Rows are stratified by the classes of one target. Hold them out at random, by groups or by time.");
        if (kind == TableHoldOut.Random)
            throw new ArgumentException("TableSplit: rows are drawn at random by TableTraining.Split.");
        bool named = kind is TableHoldOut.Groups or TableHoldOut.Last;
        if (share is not (> 0 and < 1) || named != column is not null)
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"TableSplit: expected a share between 0 and 1, and a column for groups or time, got {share} and \"{column}\"."));
        }

        if (kind != TableHoldOut.Last)
            return Divide(Labels(path, targets, kind, column).Labels, kind, share, seed);
        var (file, rows, keys) = Keys(path, targets, column);
        if (file.Columns[file.Find(column!)].Kind == ColumnKind.Category)
            throw new InvalidDataException($"{path}: {column} holds texts, which say no time. Expected dates as 2026-05-31, or numbers.");
        int[] order = [.. Enumerable.Range(0, rows.Length).OrderBy(i => keys[rows[i]])];
        int held = (int)Math.Round(rows.Length * share);
        return Checked(order[..^held], order[^held..], rows.Length, share);
    }

    /// <summary>The classes or groups of the rows with a target, as numbers in the order in which they come, and how many rows there are.</summary>
    internal static (int Count, int[] Labels) Labels(string path, IReadOnlyList<string> targets, TableHoldOut kind, string? column)
    {
        if (kind == TableHoldOut.Stratified && targets.Count != 1)
            throw new ArgumentException("Rows are stratified by the classes of one target. Hold them out at random, by groups or by time.");
        var (_, rows, keys) = Keys(path, targets, column);
        if (kind == TableHoldOut.Random)
            return (rows.Length, []);
        var known = new Dictionary<float, int>();
        int[] labels = [.. rows.Select(row => known.TryGetValue(keys[row], out int label) ? label : known[keys[row]] = known.Count)];
        if (kind == TableHoldOut.Stratified && known.Count > rows.Length / 2)
        {
            throw new InvalidDataException(
                $"{path}: {targets[0]} has {known.Count} different values in {rows.Length} rows, which are no classes to stratify by.");
        }

        return (rows.Length, labels);
    }

    /// <summary>Divides rows by their classes or groups, or any at random.</summary>
    internal static (int[] Train, int[] Held) Divide(int[] labels, TableHoldOut kind, double share, long seed)
    {
        if (kind == TableHoldOut.Random)
            return new TableTraining { Seed = seed, Validation = share }.Split(labels.Length);
        var parts = kind == TableHoldOut.Stratified ? DataSplit.Stratified(labels, [1 - share, share], seed)
            : DataSplit.ByGroup(labels, [1 - share, share], seed);
        return Checked(parts[0], parts[1], labels.Length, share);
    }

    // The file, its rows that have all targets, and the values of the column that they are divided by: the first target without one.
    static (TableFile File, int[] Rows, float[] Keys) Keys(string path, IReadOnlyList<string> targets, string? column)
    {
        var file = TableFile.Read(path, wanted: name => targets.Contains(name) || name == column);
        foreach (string name in column is null ? targets : [.. targets, column])
        {
            if (file.Find(name) < 0)
                throw new InvalidDataException($"{path} has no column {name}. Its columns are {string.Join(", ", file.Names)}.");
        }

        float[] keys = file.Rows.Column(file.Find(column ?? targets[0]));
        int[] places = [.. targets.Select(file.Find)];
        int[] rows = [.. Enumerable.Range(0, keys.Length).Where(row => Array.TrueForAll(places, place => !float.IsNaN(file.Rows[row][place])))];
        return Array.FindIndex(rows, row => float.IsNaN(keys[row])) is >= 0 and var without
            ? throw new InvalidDataException(
                $"{path}, row {rows[without] + 1}: {column} is missing, by which rows are held out. Fill it, or leave the row out.")
            : (file, rows, keys);
    }

    static (int[] Train, int[] Held) Checked(int[] train, int[] held, int count, double share) => train.Length >= 4 && held.Length > 0 ? (train, held)
        : throw new ArgumentException(FormattableString.Invariant(
            $"A validation share of {share} of {count} rows leaves too few on one side. Choose one between 0 and 1, such as 0.2."));
}
