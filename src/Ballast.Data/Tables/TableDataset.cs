namespace Ballast;

/// <summary>The rows of a table as a network takes them: standardized numbers, then the positions of categories.</summary>
public sealed partial class TableDataset
{
    const int MostCategories = 1000;

    readonly TableRows inputs;
    readonly float[] targets;
    readonly int[]? rows;       // null where each is taken

    TableDataset(TableSchema schema, TableRows inputs, float[] targets, int[]? rows, int unknown) =>
        (Schema, this.inputs, this.targets, this.rows, Unknown) = (schema, inputs, targets, rows, unknown);

    /// <summary>How the table is read.</summary>
    public TableSchema Schema { get; }

    /// <summary>How many rows there are.</summary>
    public int Count => inputs.Count;

    /// <summary>How many categories the rows have that were not in the rows trained on.</summary>
    public int Unknown { get; }

    /// <summary>How many rows were left out because their target is missing.</summary>
    public int WithoutTarget { get; private init; }

    /// <summary>A row's values: <see cref="TableSchema.Inputs"/> of them.</summary>
    public ReadOnlySpan<float> Row(int index) => inputs[index];

    /// <summary>The row of the file that a row is, from 1; the line of names does not count.</summary>
    public int FileRow(int index) => (rows?[index] ?? index) + 1;

    /// <summary>What is to be predicted of a row: the standardized number, the class, or of several labels 1 or 0 for the first.</summary>
    public float Target(int index) => targets[index * Schema.Targets.Count];

    /// <summary>Whether a row has one of several labels.</summary>
    /// <param name="index">The row.</param>
    /// <param name="label">The label's place among <see cref="TableSchema.Targets"/>.</param>
    public bool HasLabel(int index, int label) => targets[index * Schema.Targets.Count + label] == 1;

    /// <summary>Reads a table to train on and makes its schema. Numbers are standardized with the statistics of the rows that
    /// <paramref name="train"/> picks.</summary>
    /// <param name="path">The file.</param>
    /// <param name="target">The column to predict.</param>
    /// <param name="options">The task, and columns that are not used.</param>
    /// <param name="train">Picks the rows to train on of as many as there are: their statistics are those of the schema; null for all.</param>
    /// <exception cref="InvalidDataException">A table that cannot be read or used; the message says what to do.</exception>
    /// <exception cref="IOException">There is no such file, or it cannot be read.</exception>
    public static TableDataset Open(string path, string target, TableOptions? options = null, Func<int, IReadOnlyList<int>>? train = null) =>
        Open(path, [target], options, train);

    /// <summary>Reads a table to train on likewise, with one or more columns to predict. Several are labels, of which a row may have any number:
    /// columns of 0 and 1, true and false, or yes and no (<see cref="TableTask.MultiLabel"/>).</summary>
    /// <param name="path">The file.</param>
    /// <param name="targets">The columns to predict.</param>
    /// <param name="options">The task, and columns that are not used.</param>
    /// <param name="train">Picks the rows to train on.</param>
    /// <inheritdoc cref="Open(string, string, TableOptions, Func{int, IReadOnlyList{int}})"/>
    /// <exception cref="ArgumentException">No target, or one that is named twice.</exception>
    public static TableDataset Open(
        string path, IReadOnlyList<string> targets, TableOptions? options = null, Func<int, IReadOnlyList<int>>? train = null)
    {
        ArgumentNullException.ThrowIfNull(targets);
        if (targets.Count == 0 || targets.Distinct().Count() < targets.Count)
            throw new ArgumentException($"TableDataset: expected the columns to predict, each once, got \"{string.Join(", ", targets)}\".");
        options ??= new TableOptions();
        var file = TableFile.Read(path, wanted: name => targets.Contains(name) || !options.Ignore.Contains(name));
        if (targets.FirstOrDefault(name => !file.Names.Contains(name)) is { } none)
            throw new InvalidDataException($"{path} has no column {none} to predict. Its columns are {string.Join(", ", file.Names)}.");
        foreach (string name in options.Ignore)
        {
            if (!file.Names.Contains(name))
                throw new InvalidDataException($"{path} has no column {name} to leave out. Its columns are {string.Join(", ", file.Names)}.");
        }

        string target = string.Join(", ", targets);
        var (kept, rows) = Answered(file, targets);
        if (rows.Length < 10)
        {
            throw new InvalidDataException(
                $"{path} has {rows.Length} {(rows.Length == 1 ? "row" : "rows")} in which {target} is given. Expected 10 or more to train on.");
        }

        int[] fitted = train is null ? rows : [.. train(rows.Length).Select(i => rows[i])];
        var task = TaskOf(file, targets, rows, options.Task);
        var ignored = options.Ignore.ToDictionary(static name => name, static _ => "as asked");
        var moments = TableEncoder.Moments(file.Rows, fitted);
        var columns = new List<ColumnSchema>();
        for (int c = 0; c < moments.Length; c++)
        {
            if (!targets.Contains(file.Columns[c].Name) && Describe(file, c, moments[c], fitted, ignored) is { } column)
                columns.Add(column);
        }

        if (columns.Count == 0)
            throw new InvalidDataException($"{path} has no column to predict {target} from.");
        var described = task == TableTask.MultiLabel ? DescribeLabels(file, targets, rows)
            : DescribeTarget(file, target, task, rows, moments[file.Find(target)]);
        return Of(file, new TableSchema(task, described, columns, ignored, rows.Length), kept, rows);
    }

    /// <summary>The columns that a person names to predict: <c>a</c>, or <c>a,b,c</c> where no column is called so as a whole.</summary>
    /// <exception cref="InvalidDataException">A table that cannot be read.</exception>
    /// <exception cref="IOException">There is no such file, or it cannot be read.</exception>
    public static IReadOnlyList<string> TargetsOf(string path, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return !text.Contains(',', StringComparison.Ordinal) || TableFile.ReadNames(path).Contains(text) ? [text]
            : text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
    }

    // Rows that have their targets, as the network takes them.
    static TableDataset Of(TableFile file, TableSchema schema, bool[] kept, int[] rows)
    {
        float[] answers = Answers(file, schema, rows);      // before the table's own values are gone
        int unread = file.Rows.Count - rows.Length;
        var inputs = TableEncoder.Encode(file, schema, kept, out int unknown);
        return new TableDataset(schema, inputs, answers, unread == 0 ? null : rows, unknown) { WithoutTarget = unread };
    }

    /// <summary>Reads a table to predict, by the schema of the one that was trained on. Columns are found by their names; those that the
    /// schema has not are passed over.</summary>
    /// <exception cref="InvalidDataException">A table that cannot be read, a column that is missing, or one that holds something else.</exception>
    /// <exception cref="IOException">There is no such file, or it cannot be read.</exception>
    public static TableDataset Open(string path, TableSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        var file = Read(path, schema, []);
        bool[] kept = new bool[file.Rows.Count];
        Array.Fill(kept, true);
        var inputs = TableEncoder.Encode(file, schema, kept, out int unknown);
        return new TableDataset(schema, inputs, new float[kept.Length * schema.Targets.Count], null, unknown);
    }

    /// <summary>Reads another table than the one that was trained on, with what is to be predicted, to measure predictions by it. Rows without a
    /// target are left out and counted.</summary>
    /// <exception cref="InvalidDataException">A table that cannot be read, a column that is missing or holds something else, a class that no row
    /// trained on had, or no row with a target.</exception>
    /// <exception cref="IOException">There is no such file, or it cannot be read.</exception>
    public static TableDataset OpenLabelled(string path, TableSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        var file = Read(path, schema, schema.Targets);
        var (kept, rows) = Answered(file, schema.Targets);
        return rows.Length > 0 ? Of(file, schema, kept, rows)
            : throw new InvalidDataException($"{path} has no row with a {string.Join(", ", schema.Targets)} to measure predictions by.");
    }

    // A table's columns, found by their names, as the schema has them.
    static TableFile Read(string path, TableSchema schema, IReadOnlyList<string> targets)
    {
        var kinds = schema.Columns.ToDictionary(static column => column.Name, static column => column.Kind);
        string[] wanted = [.. kinds.Keys, .. targets];
        if (targets.Count > 0 && schema.Task == TableTask.Regression)
            kinds[schema.Target.Name] = schema.Target.Kind;
        var file = TableFile.Read(path, kinds, wanted.Contains);
        string[] missing = [.. wanted.Where(name => !file.Names.Contains(name))];
        return missing.Length == 0 ? file : throw new InvalidDataException(
            $"{path} has no column {string.Join(", ", missing)}. Expected the columns that were trained on: {string.Join(", ", wanted)}.");
    }

    static ColumnSchema? Describe(
        TableFile file, int c, (double Mean, double Std, int Count) moments, int[] rows, Dictionary<string, string> ignored)
    {
        var column = file.Columns[c];
        var (mean, std, count) = moments;
        bool missing = count < rows.Length;
        if (column.Kind != ColumnKind.Category)
        {
            if (count > 0 && std > 0)
                return new ColumnSchema(column.Name, column.Kind, mean, std, missing, []);
            ignored[column.Name] = count == 0 ? "it is empty" : "it is the same in all rows";
            return null;
        }

        bool[] seen = new bool[column.Texts.Count];
        foreach (int row in rows)
        {
            if (file.Rows[row][c] is >= 0 and var code)
                seen[(int)code] = true;
        }

        string[] categories = TableBoolean.Categories(column.Texts.Where((_, code) => seen[code]));
        if (categories.Length > MostCategories || (categories.Length > 50 && categories.Length > rows.Length / 2))
        {
            throw new InvalidDataException($"{file.Path}: {column.Name} holds {categories.Length} different texts in {rows.Length} rows, such as "
                + $"\"{categories[0]}\". {TableCell.CommaRemedy(categories) ?? "Free text and names are not learned from: leave the column out."}");
        }

        if (categories.Length + (missing ? 1 : 0) > 1)
            return new ColumnSchema(column.Name, column.Kind, 0, 1, missing, categories);
        ignored[column.Name] = categories.Length == 0 ? "it is empty" : "it is the same in all rows";
        return null;
    }
}
