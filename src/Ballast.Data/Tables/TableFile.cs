using nietras.SeparatedValues;

namespace Ballast;

/// <summary>A delimited text file, or one of Parquet, read into rows: numbers as they are, texts as positions in a list of different ones, and
/// NaN where a value is missing.</summary>
sealed class TableFile
{
    const int Looked = 1000, BlockLength = 1 << 19, MostNames = 1 << 16;

    TableFile(string path, string[] names, TableColumn[] columns, TableRows rows)
    {
        (Path, Names, Columns, Rows) = (path, names, columns, rows);
    }

    public string Path { get; }

    /// <summary>The names of all columns.</summary>
    public string[] Names { get; }

    /// <summary>The columns that were read, in the order of a row's values.</summary>
    public TableColumn[] Columns { get; }

    public TableRows Rows { get; }

    /// <summary>Reads a file on several threads and recognizes its columns. The result is the same for any number of them.</summary>
    /// <param name="path">The file: a line of names, then a line for each row; or Parquet.</param>
    /// <param name="kinds">The kinds of columns that are known already, by name; the others are recognized.</param>
    /// <param name="wanted">Which columns are read, by name; null for all.</param>
    /// <param name="threads">How many threads; as many as there are cores when null.</param>
    /// <param name="block">How many characters are read at once by a thread.</param>
    /// <exception cref="InvalidDataException">No names or no rows, names that occur twice, or rows of other lengths.</exception>
    /// <exception cref="IOException">There is no such file, or it cannot be read.</exception>
    public static TableFile Read(string path, IReadOnlyDictionary<string, ColumnKind>? kinds = null, Func<string, bool>? wanted = null,
        int? threads = null, int block = BlockLength)
    {
        RefuseMissing(path);
        if (ParquetTable.Is(path))
            return FromParquet(path, kinds, wanted, threads ?? Environment.ProcessorCount);
        char separator = Separator(path);
        var (names, all) = Recognize(path, separator, kinds, wanted);
        while (true)
        {
            // What is recognized by the first rows may be refuted by a later one: then it is read once more as what it is.
            var columns = all.OfType<TableColumn>().ToArray();
            var rows = TablePass.Run(path, separator, all, threads ?? Environment.ProcessorCount, block);
            if (rows.Count == 0)
                throw new InvalidDataException($"{path} has names of columns and no rows.");
            if (Array.TrueForAll(columns, static column => column.Refuted is null))
                return new TableFile(path, names, columns, rows);
            foreach (var column in columns)
            {
                if (column.Refuted is { } refuted && kinds is not null && kinds.ContainsKey(column.Name))
                    throw new InvalidDataException($"{path}, line {refuted.Line}: {column.Name} is \"{Shown(refuted.Text)}\". Expected "
                        + $"{(column.Kind == ColumnKind.Date ? "a date as 2026-05-31" : "a number")}, as in the rows that were trained on.");
            }

            all = [.. all.Select(static column => column?.Anew())];
        }
    }

    /// <summary>The names of a file's columns.</summary>
    /// <inheritdoc cref="Read"/>
    public static string[] ReadNames(string path)
    {
        RefuseMissing(path);
        return ParquetTable.Is(path) ? ParquetTable.ReadNames(path) : Recognize(path, Separator(path), null, null).Names;
    }

    static TableFile FromParquet(string path, IReadOnlyDictionary<string, ColumnKind>? kinds, Func<string, bool>? wanted, int threads)
    {
        Check(path, ParquetTable.ReadNames(path));
        var (names, columns, rows) = ParquetTable.Read(path, kinds, wanted, threads);
        return rows.Count > 0 ? new TableFile(path, names, columns, rows)
            : throw new InvalidDataException($"{path} has names of columns and no rows.");
    }

    static void RefuseMissing(string path)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException(
                Directory.Exists(path) ? $"{path} is a folder. Expected a table: a CSV or Parquet file." : $"There is no file {path}.", path);
        }
    }

    /// <summary>The place of a column in a row; -1 where it was not read.</summary>
    public int Find(string name) => Array.FindIndex(Columns, column => column.Name == name);

    internal static string Shown(string text) => text.Length <= 40 ? text : text[..40] + "...";

    // The sign that the line of names has most of, outside of quotes.
    static char Separator(string path)
    {
        using var reader = new StreamReader(path);
        string line = reader.ReadLine() ?? throw new InvalidDataException($"{path} is empty. Expected a line of names, then a line for each row.");
        // A name in quotes may have line breaks.
        while (line.Count(static c => c == '"') % 2 != 0 && line.Length < MostNames && reader.ReadLine() is { } more)
            line += $"\n{more}";
        if (line.Contains('\0'))
            throw new InvalidDataException($"{path} is no text. Expected a table as delimited text, CSV, or as Parquet.");
        bool quoted = false;
        var counts = new Dictionary<char, int> { [','] = 0, [';'] = 0, ['\t'] = 0, ['|'] = 0 };
        foreach (char c in line)
        {
            quoted ^= c == '"';
            if (!quoted && counts.TryGetValue(c, out int count))
                counts[c] = count + 1;
        }

        var most = counts.MaxBy(static entry => entry.Value);
        if (most.Value == 0)
            throw new InvalidDataException($"{path}: the first line, \"{Shown(line)}\", has one name only. Expected names with commas, semicolons, "
                + "tabs or bars between them.");
        return most.Key;
    }

    static (string[] Names, TableColumn?[] Columns) Recognize(
        string path, char separator, IReadOnlyDictionary<string, ColumnKind>? kinds, Func<string, bool>? wanted)
    {
        string[] names = [];
        List<string>[] samples = [];
        using var reader = Sep.New(separator).Reader(TableParser.Options).FromFile(path);
        int line = 1, rows = 0;
        try
        {
            foreach (var row in reader)
            {
                line = TableParser.Line(row);
                if (row.RowIndex == 0)
                {
                    names = new string[row.ColCount];
                    for (int c = 0; c < names.Length; c++)
                        names[c] = row[c].ToString().Trim().TrimStart('\uFEFF');
                    Check(path, names);
                    samples = [.. names.Select(static _ => new List<string>())];
                    continue;
                }

                if (row.ColCount != names.Length)
                    continue;               // refused, or passed over, where all are read
                for (int c = 0; c < names.Length; c++)
                {
                    if (!TableCell.IsMissing(row[c].Span))
                        samples[c].Add(row[c].ToString());
                }

                if (++rows == Looked)
                    break;
            }
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException or FormatException)
        {
            throw new InvalidDataException($"{path} cannot be read after line {line}: {e.Message}", e);
        }

        return (names, [.. names.Select((name, c) => wanted?.Invoke(name) == false ? null : TableColumn.For(name, samples[c],
            separator != ',', kinds is not null && kinds.TryGetValue(name, out var kind) ? kind : null))]);
    }

    static void Check(string path, string[] names)
    {
        if (names.GroupBy(static name => name).FirstOrDefault(static group => group.Count() > 1) is { } twice)
            throw new InvalidDataException($"{path} has {twice.Count()} columns of the name \"{Shown(twice.Key)}\". Expected a name for each.");
        if (names.Any(string.IsNullOrWhiteSpace))
            throw new InvalidDataException($"{path} has a column without a name. Give it one.");
    }
}
