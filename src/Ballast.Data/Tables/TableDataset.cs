using System.Globalization;

namespace Ballast;

/// <summary>The rows of a table as a network takes them: standardized numbers, then the positions of categories.</summary>
public sealed partial class TableDataset
{
    const int MostClasses = 20, MostCategories = 1000;

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

    /// <summary>What is to be predicted of a row: the standardized number, or the class.</summary>
    public float Target(int index) => targets[index];

    /// <summary>Reads a table to train on and makes its schema. Numbers are standardized with the statistics of the rows that
    /// <paramref name="train"/> picks.</summary>
    /// <param name="path">The file.</param>
    /// <param name="target">The column to predict.</param>
    /// <param name="options">The task, and columns that are not used.</param>
    /// <param name="train">Picks the rows to train on of as many as there are: their statistics are those of the schema; null for all.</param>
    /// <exception cref="InvalidDataException">A table that cannot be read or used; the message says what to do.</exception>
    /// <exception cref="IOException">There is no such file, or it cannot be read.</exception>
    public static TableDataset Open(string path, string target, TableOptions? options = null, Func<int, IReadOnlyList<int>>? train = null)
    {
        options ??= new TableOptions();
        var file = TableFile.Read(path, wanted: name => name == target || !options.Ignore.Contains(name));
        if (!file.Names.Contains(target))
            throw new InvalidDataException($"{path} has no column {target} to predict. Its columns are {string.Join(", ", file.Names)}.");
        foreach (string name in options.Ignore)
        {
            if (!file.Names.Contains(name))
                throw new InvalidDataException($"{path} has no column {name} to leave out. Its columns are {string.Join(", ", file.Names)}.");
        }

        var answer = file.Columns[file.Find(target)];
        float[] values = file.Rows.Column(file.Find(target));
        bool[] kept = [.. values.Select(static value => !float.IsNaN(value))];
        int[] rows = [.. Enumerable.Range(0, values.Length).Where(i => kept[i])];
        if (rows.Length < 10)
            throw new InvalidDataException($"{path} has {rows.Length} rows with a {target}. Expected 10 or more to train on.");
        int[] fitted = train is null ? rows : [.. train(rows.Length).Select(i => rows[i])];
        values = [.. rows.Select(row => values[row])];
        var task = options.Task ?? Guess(answer.Kind, values);
        if (task == TableTask.Regression && answer.Kind == ColumnKind.Category)
            throw new InvalidDataException($"{path}: {target} holds texts such as \"{answer.Texts[0]}\", which are no numbers. Train for classes.");
        var ignored = options.Ignore.ToDictionary(static name => name, static _ => "as asked");
        var moments = TableEncoder.Moments(file.Rows, fitted);
        var columns = new List<ColumnSchema>();
        for (int c = 0; c < moments.Length; c++)
        {
            if (file.Columns[c] != answer && Describe(file, c, moments[c], fitted, ignored) is { } column)
                columns.Add(column);
        }

        if (columns.Count == 0)
            throw new InvalidDataException($"{path} has no column to predict {target} from.");
        var described = DescribeTarget(path, answer, task, values, moments[file.Find(target)]);
        var schema = new TableSchema(task, described, columns, ignored, rows.Length);
        int unread = file.Rows.Count - rows.Length;
        var inputs = TableEncoder.Encode(file, schema, kept, out int unknown);
        return new TableDataset(schema, inputs, Targets(answer, schema, values), unread == 0 ? null : rows, unknown) { WithoutTarget = unread };
    }

    /// <summary>Reads a table to predict, by the schema of the one that was trained on. Columns are found by their names; those that the
    /// schema has not are passed over.</summary>
    /// <exception cref="InvalidDataException">A table that cannot be read, a column that is missing, or one that holds something else.</exception>
    /// <exception cref="IOException">There is no such file, or it cannot be read.</exception>
    public static TableDataset Open(string path, TableSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        var kinds = schema.Columns.ToDictionary(static column => column.Name, static column => column.Kind);
        var file = TableFile.Read(path, kinds, kinds.ContainsKey);
        string[] missing = [.. schema.Columns.Select(static column => column.Name).Where(name => !file.Names.Contains(name))];
        if (missing.Length > 0)
        {
            throw new InvalidDataException($"{path} has no column {string.Join(", ", missing)}. Expected the columns that were trained on: "
                + $"{string.Join(", ", schema.Columns.Select(static column => column.Name))}.");
        }

        bool[] kept = new bool[file.Rows.Count];
        Array.Fill(kept, true);
        var inputs = TableEncoder.Encode(file, schema, kept, out int unknown);
        return new TableDataset(schema, inputs, new float[kept.Length], null, unknown);
    }

    static TableTask Guess(ColumnKind kind, float[] values)
    {
        if (kind != ColumnKind.Number)
            return kind == ColumnKind.Category ? TableTask.Classification : TableTask.Regression;
        var different = new HashSet<float>();
        foreach (float value in values)
        {
            different.Add(value);
            if (different.Count > MostClasses || !float.IsInteger(value))
                return TableTask.Regression;
        }

        return TableTask.Classification;
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

        string[] categories = [.. column.Texts.Where((_, code) => seen[code]).Order(StringComparer.Ordinal)];
        if (categories.Length > MostCategories || (categories.Length > 50 && categories.Length > rows.Length / 2))
        {
            throw new InvalidDataException($"{file.Path}: {column.Name} holds {categories.Length} different texts in {rows.Length} rows, such as "
                + $"\"{categories[0]}\". Free text and names are not learned from: leave the column out.");
        }

        if (categories.Length + (missing ? 1 : 0) > 1)
            return new ColumnSchema(column.Name, column.Kind, 0, 1, missing, categories);
        ignored[column.Name] = categories.Length == 0 ? "it is empty" : "it is the same in all rows";
        return null;
    }

    static ColumnSchema DescribeTarget(
        string path, TableColumn answer, TableTask task, float[] values, (double Mean, double Std, int Count) moments)
    {
        string name = answer.Name;
        if (task == TableTask.Regression)
        {
            return moments.Std > 0 ? new ColumnSchema(name, answer.Kind, moments.Mean, moments.Std, false, [])
                : throw new InvalidDataException($"{path}: {name} is the same in all rows. There is nothing to predict.");
        }

        string[] classes = [.. answer.Kind == ColumnKind.Category
            ? values.Distinct().Select(code => answer.Texts[(int)code]).Order(StringComparer.Ordinal) : values.Distinct().Order().Select(Text)];
        if (classes.Length < 2)
            throw new InvalidDataException($"{path}: {name} is \"{classes[0]}\" in all rows. There is nothing to predict.");
        if (classes.Length > MostCategories || classes.Length > values.Length / 2)
            throw new InvalidDataException($"{path}: {name} has {classes.Length} different values in {values.Length} rows, too many for classes. "
                + "Train for a number, or choose another target.");
        return new ColumnSchema(name, ColumnKind.Category, 0, 1, false, classes);
    }

    static string Text(float value) => value.ToString(CultureInfo.InvariantCulture);

    static float[] Targets(TableColumn answer, TableSchema schema, float[] values)
    {
        var target = schema.Target;
        if (schema.Task == TableTask.Regression)
            return [.. values.Select(value => (float)((value - target.Mean) / target.Std))];
        var places = target.Categories.Select(static (name, i) => (name, i)).ToDictionary(static pair => pair.name, static pair => pair.i);
        return [.. values.Select(value => (float)places[answer.Kind == ColumnKind.Category ? answer.Texts[(int)value] : Text(value)])];
    }
}
