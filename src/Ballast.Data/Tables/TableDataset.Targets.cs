using System.Globalization;

namespace Ballast;

/// <content>What is predicted: numbers, classes or labels.</content>
public sealed partial class TableDataset
{
    const int MostClasses = 20;
    const string Expected = "Expected 0 or 1, false or true, or no or yes of a label.";

    // The rows that have all of their targets.
    static (bool[] Kept, int[] Rows) Answered(TableFile file, IReadOnlyList<string> targets)
    {
        bool[] kept = new bool[file.Rows.Count];
        Array.Fill(kept, true);
        foreach (int place in targets.Select(file.Find))
        {
            for (int row = 0; row < kept.Length; row++)
                kept[row] &= !float.IsNaN(file.Rows[row][place]);
        }

        return (kept, [.. Enumerable.Range(0, kept.Length).Where(row => kept[row])]);
    }

    static TableTask TaskOf(TableFile file, IReadOnlyList<string> targets, int[] rows, TableTask? asked)
    {
        var answer = file.Columns[file.Find(targets[0])];
        if (targets.Count > 1 && asked is not (null or TableTask.MultiLabel))
        {
            throw new InvalidDataException($"{file.Path}: {string.Join(", ", targets)} are several targets, which are labels, each yes or no. "
                + "To predict several numbers or classes, train for one at a time.");
        }

        if (targets.Count > 1 || asked == TableTask.MultiLabel)
            return TableTask.MultiLabel;
        var task = asked ?? Guess(answer.Kind, rows.Select(row => Value(file, answer, row)));
        return task == TableTask.Regression && answer.Kind == ColumnKind.Category ? throw new InvalidDataException(
            $"{file.Path}: {answer.Name} holds texts such as \"{answer.Texts[0]}\", which are no numbers. Train for classes.") : task;
    }

    static TableTask Guess(ColumnKind kind, IEnumerable<float> values)
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

    static ColumnSchema DescribeTarget(
        TableFile file, string name, TableTask task, int[] rows, (double Mean, double Std, int Count) moments)
    {
        var answer = file.Columns[file.Find(name)];
        if (task == TableTask.Regression)
        {
            return moments.Std > 0 ? new ColumnSchema(name, answer.Kind, moments.Mean, moments.Std, false, [])
                : throw new InvalidDataException($"{file.Path}: {name} is the same in all rows. There is nothing to predict.");
        }

        var values = rows.Select(row => Value(file, answer, row)).Distinct();
        string[] classes = answer.Kind == ColumnKind.Category
            ? TableBoolean.Categories(values.Select(code => answer.Texts[(int)code])) : [.. values.Order().Select(Text)];
        if (classes.Length < 2)
            throw new InvalidDataException($"{file.Path}: {name} is \"{classes[0]}\" in all rows. There is nothing to predict.");
        if (classes.Length > MostCategories || classes.Length > rows.Length / 2)
        {
            throw new InvalidDataException($"{file.Path}: {name} has {classes.Length} different values in {rows.Length} rows, too many for classes. "
                + (TableCell.CommaRemedy(classes) ?? "Train for a number, or choose another target."));
        }

        return new ColumnSchema(name, ColumnKind.Category, 0, 1, false, classes);
    }

    // The labels are the categories.
    static ColumnSchema DescribeLabels(TableFile file, IReadOnlyList<string> labels, int[] rows)
    {
        foreach (string name in labels)
        {
            float first = Label(file, name, rows[0]);
            if (Array.TrueForAll(rows, row => Label(file, name, row) == first))
            {
                throw new InvalidDataException(
                    $"{file.Path}: {name} is {(first == 1 ? "yes" : "no")} in all rows. There is nothing to predict; leave it out.");
            }
        }

        return new ColumnSchema(string.Join(", ", labels), ColumnKind.Category, 0, 1, false, labels);
    }

    static float[] Answers(TableFile file, TableSchema schema, int[] rows)
    {
        var target = schema.Target;
        if (schema.Task == TableTask.MultiLabel)
            return [.. rows.SelectMany(row => target.Categories.Select(name => Label(file, name, row)))];
        var answer = file.Columns[file.Find(target.Name)];
        if (schema.Task == TableTask.Regression)
            return [.. rows.Select(row => (float)((Value(file, answer, row) - target.Mean) / target.Std))];
        var places = TableBoolean.Places(target.Categories);
        return [.. rows.Select(row =>
        {
            float value = Value(file, answer, row);
            string name = answer.Kind == ColumnKind.Category ? answer.Texts[(int)value] : Text(value);
            return places.TryGetValue(name, out int place) ? (float)place : throw new InvalidDataException(
                $"{file.Path}, row {row + 1}: {target.Name} is \"{TableFile.Shown(name)}\", a class that no row trained on had. Leave such rows out, "
                    + "or train with them.");
        })];
    }

    // 1 for yes, 0 for no.
    static float Label(TableFile file, string name, int row)
    {
        var column = file.Columns[file.Find(name)];
        float value = Value(file, column, row);
        string text = column.Kind == ColumnKind.Category ? column.Texts[(int)value] : Text(value);
        return text.ToUpperInvariant() switch
        {
            "1" or "TRUE" or "YES" or "T" or "Y" => 1,
            "0" or "FALSE" or "NO" or "F" or "N" => 0,
            _ when column.Kind == ColumnKind.Date => throw new InvalidDataException($"{file.Path}: {name} holds dates. {Expected}"),
            _ => throw new InvalidDataException($"{file.Path}, row {row + 1}: {name} is \"{TableFile.Shown(text)}\". {Expected}"),
        };
    }

    static float Value(TableFile file, TableColumn column, int row) => file.Rows[row][file.Find(column.Name)];

    static string Text(float value) => value.ToString(CultureInfo.InvariantCulture);
}
