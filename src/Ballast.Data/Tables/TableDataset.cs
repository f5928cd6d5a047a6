using System.Globalization;

namespace Ballast;

/// <summary>How a table becomes a <see cref="TableDataset"/>.</summary>
public sealed record TableOptions
{
    /// <summary>What is predicted; null, the default, for a class where the target holds texts or at most 20 different whole numbers, and for a
    /// number otherwise.</summary>
    public TableTask? Task { get; init; }

    /// <summary>Columns that are not used.</summary>
    public IReadOnlyList<string> Ignore { get; init; } = [];
}

/// <summary>The rows of a table as a network takes them: standardized numbers, then the positions of categories.</summary>
public sealed partial class TableDataset
{
    const int MostClasses = 20, MostCategories = 1000;

    readonly float[] inputs;
    readonly float[] targets;

    TableDataset(TableSchema schema, float[] inputs, float[] targets, int unknown)
    {
        (Schema, this.inputs, this.targets, Unknown) = (schema, inputs, targets, unknown);
        Count = inputs.Length / schema.Inputs;
    }

    /// <summary>How the table is read.</summary>
    public TableSchema Schema { get; }

    /// <summary>How many rows there are.</summary>
    public int Count { get; }

    /// <summary>How many categories the rows have that were not in the rows trained on.</summary>
    public int Unknown { get; }

    /// <summary>How many rows were left out because their target is missing.</summary>
    public int WithoutTarget { get; private init; }

    /// <summary>A row's values: <see cref="TableSchema.Inputs"/> of them.</summary>
    public ReadOnlySpan<float> Row(int index) => inputs.AsSpan(index * Schema.Inputs, Schema.Inputs);

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
        var file = TableFile.Read(path);
        var answer = file.Find(target) ?? throw new InvalidDataException(
            $"{path} has no column {target} to predict. Its columns are {string.Join(", ", file.Names)}.");
        foreach (string name in options.Ignore)
        {
            if (file.Find(name) is null)
                throw new InvalidDataException($"{path} has no column {name} to leave out. Its columns are {string.Join(", ", file.Names)}.");
        }

        int[] rows = [.. Enumerable.Range(0, file.Rows).Where(i => !IsMissing(answer, i))];
        if (rows.Length < 10)
            throw new InvalidDataException($"{path} has {rows.Length} rows with a {target}. Expected 10 or more to train on.");
        int[] fitted = train is null ? rows : [.. train(rows.Length).Select(i => rows[i])];
        var task = options.Task ?? Guess(answer, rows);
        if (task == TableTask.Regression && answer.Kind == ColumnKind.Category)
            throw new InvalidDataException($"{path}: {target} holds texts such as \"{answer.Texts[0]}\", which are no numbers. Train for classes.");
        var ignored = options.Ignore.ToDictionary(static name => name, static _ => "as asked");
        var columns = new List<ColumnSchema>();
        for (int c = 0; c < file.Names.Length; c++)
        {
            if (file.Names[c] == target || ignored.ContainsKey(file.Names[c]))
                continue;
            var column = Describe(file, c, fitted, ignored);
            if (column is not null)
                columns.Add(column);
        }

        if (columns.Count == 0)
            throw new InvalidDataException($"{path} has no column to predict {target} from.");
        var schema = new TableSchema(task, DescribeTarget(path, target, answer, task, rows, fitted), columns, ignored, rows.Length);
        var (inputs, unknown) = Encode(file, schema, rows);
        return new TableDataset(schema, inputs, Targets(answer, schema, rows), unknown) { WithoutTarget = file.Rows - rows.Length };
    }

    /// <summary>Reads a table to predict, by the schema of the one that was trained on. Columns are found by their names; those that the
    /// schema has not are passed over.</summary>
    /// <exception cref="InvalidDataException">A table that cannot be read, a column that is missing, or one that holds something else.</exception>
    /// <exception cref="IOException">There is no such file, or it cannot be read.</exception>
    public static TableDataset Open(string path, TableSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        var file = TableFile.Read(path, schema.Columns.ToDictionary(static column => column.Name, static column => column.Kind));
        string[] missing = [.. schema.Columns.Where(column => file.Find(column.Name) is null).Select(static column => column.Name)];
        if (missing.Length > 0)
        {
            throw new InvalidDataException($"{path} has no column {string.Join(", ", missing)}. Expected the columns that were trained on: "
                + $"{string.Join(", ", schema.Columns.Select(static column => column.Name))}.");
        }

        int[] rows = [.. Enumerable.Range(0, file.Rows)];
        var (inputs, unknown) = Encode(file, schema, rows);
        return new TableDataset(schema, inputs, new float[rows.Length], unknown);
    }

    static bool IsMissing(TableValues values, int row) =>
        values.Kind == ColumnKind.Category ? values.Codes[row] < 0 : float.IsNaN(values.Numbers[row]);

    static TableTask Guess(TableValues answer, int[] rows)
    {
        if (answer.Kind != ColumnKind.Number)
            return answer.Kind == ColumnKind.Category ? TableTask.Classification : TableTask.Regression;
        var different = new HashSet<float>();
        foreach (int row in rows)
        {
            different.Add(answer.Numbers[row]);
            if (different.Count > MostClasses || !float.IsInteger(answer.Numbers[row]))
                return TableTask.Regression;
        }

        return TableTask.Classification;
    }

    static ColumnSchema? Describe(TableFile file, int c, int[] rows, Dictionary<string, string> ignored)
    {
        var (name, values) = (file.Names[c], file.Columns[c]);
        bool missing = Array.Exists(rows, row => IsMissing(values, row));
        if (values.Kind != ColumnKind.Category)
        {
            var (mean, std, count) = Moments(values.Numbers, rows);
            if (count > 0 && std > 0)
                return new ColumnSchema(name, values.Kind, mean, std, missing, []);
            ignored[name] = count == 0 ? "it is empty" : "it is the same in all rows";
            return null;
        }

        string[] categories = [.. rows.Where(row => values.Codes[row] >= 0).Select(row => values.Codes[row]).Distinct()
            .Select(code => values.Texts[code]).Order(StringComparer.Ordinal)];
        if (categories.Length > MostCategories || (categories.Length > 50 && categories.Length > rows.Length / 2))
        {
            throw new InvalidDataException($"{file.Path}: {name} holds {categories.Length} different texts in {rows.Length} rows, such as "
                + $"\"{categories[0]}\". Free text and names are not learned from: leave the column out.");
        }

        if (categories.Length + (missing ? 1 : 0) > 1)
            return new ColumnSchema(name, values.Kind, 0, 1, missing, categories);
        ignored[name] = categories.Length == 0 ? "it is empty" : "it is the same in all rows";
        return null;
    }

    static ColumnSchema DescribeTarget(string path, string name, TableValues values, TableTask task, int[] rows, int[] fitted)
    {
        if (task == TableTask.Regression)
        {
            var (mean, std, _) = Moments(values.Numbers, fitted);
            return std > 0 ? new ColumnSchema(name, values.Kind, mean, std, false, [])
                : throw new InvalidDataException($"{path}: {name} is the same in all rows. There is nothing to predict.");
        }

        string[] classes = values.Kind == ColumnKind.Category
            ? [.. rows.Select(row => values.Codes[row]).Distinct().Select(code => values.Texts[code]).Order(StringComparer.Ordinal)]
            : [.. rows.Select(row => values.Numbers[row]).Distinct().Order().Select(Text)];
        if (classes.Length < 2)
            throw new InvalidDataException($"{path}: {name} is \"{classes[0]}\" in all rows. There is nothing to predict.");
        if (classes.Length > MostCategories || classes.Length > rows.Length / 2)
            throw new InvalidDataException($"{path}: {name} has {classes.Length} different values in {rows.Length} rows, too many for classes. "
                + "Train for a number, or choose another target.");
        return new ColumnSchema(name, ColumnKind.Category, 0, 1, false, classes);
    }

    static string Text(float value) => value.ToString(CultureInfo.InvariantCulture);

    static (double Mean, double Std, int Count) Moments(ReadOnlySpan<float> values, int[] rows)
    {
        double sum = 0, squares = 0;
        int count = 0;
        foreach (int row in rows)
        {
            if (!float.IsNaN(values[row]))
                (sum, count) = (sum + values[row], count + 1);
        }

        double mean = sum / Math.Max(1, count);
        foreach (int row in rows)
        {
            if (!float.IsNaN(values[row]))
                squares += (values[row] - mean) * (values[row] - mean);
        }

        double std = Math.Sqrt(squares / Math.Max(1, count));
        return (mean, std > 1e-12 * Math.Max(1, Math.Abs(mean)) ? std : 0, count);
    }

    static (float[] Inputs, int Unknown) Encode(TableFile file, TableSchema schema, int[] rows)
    {
        int width = schema.Inputs, at = 0, unknown = 0;
        float[] inputs = new float[(long)rows.Length * width];
        foreach (var column in schema.Columns.Where(static column => column.Kind != ColumnKind.Category))
        {
            var numbers = file.Find(column.Name)!.Numbers;
            for (int i = 0; i < rows.Length; i++)
            {
                float value = numbers[rows[i]];
                bool missing = float.IsNaN(value);
                inputs[i * width + at] = missing ? 0 : (float)Math.Clamp((value - column.Mean) / column.Std, -1e3, 1e3);
                if (column.HasMissing)
                    inputs[i * width + at + 1] = missing ? 1 : 0;
            }

            at += column.HasMissing ? 2 : 1;
        }

        foreach (var column in schema.Categorical)
        {
            var values = file.Find(column.Name)!;
            var places = column.Categories.Select(static (name, i) => (name, i)).ToDictionary(static pair => pair.name, static pair => pair.i + 1);
            int[] map = [.. values.Texts.Select(text => places.GetValueOrDefault(text))];
            for (int i = 0; i < rows.Length; i++)
            {
                int code = values.Codes[rows[i]];
                inputs[i * width + at] = code < 0 ? 0 : map[code];
                unknown += code >= 0 && map[code] == 0 ? 1 : 0;
            }

            at++;
        }

        return (inputs, unknown);
    }

    static float[] Targets(TableValues answer, TableSchema schema, int[] rows)
    {
        var target = schema.Target;
        if (schema.Task == TableTask.Regression)
            return [.. rows.Select(row => (float)((answer.Numbers[row] - target.Mean) / target.Std))];
        var places = target.Categories.Select(static (name, i) => (name, i)).ToDictionary(static pair => pair.name, static pair => pair.i);
        return [.. rows.Select(row => (float)places[
            answer.Kind == ColumnKind.Category ? answer.Texts[answer.Codes[row]] : Text(answer.Numbers[row])])];
    }
}
