using System.Globalization;
using nietras.SeparatedValues;

namespace Ballast;

/// <summary>A delimited text file read into columns: numbers as they are, texts as positions in a list of different ones.</summary>
sealed class TableFile
{
    const int Looked = 1000;

    TableFile(string path, string[] names, TableValues[] columns, int rows)
    {
        (Path, Names, Columns, Rows) = (path, names, columns, rows);
    }

    public string Path { get; }

    public string[] Names { get; }

    public TableValues[] Columns { get; }

    public int Rows { get; }

    /// <summary>Reads a file and recognizes its columns.</summary>
    /// <param name="path">The file: a line of names, then a line for each row.</param>
    /// <param name="kinds">The kinds of columns that are known already, by name; the others are recognized.</param>
    /// <exception cref="InvalidDataException">No names or no rows, names that occur twice, or rows of other lengths.</exception>
    /// <exception cref="IOException">There is no such file, or it cannot be read.</exception>
    public static TableFile Read(string path, IReadOnlyDictionary<string, ColumnKind>? kinds = null)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException(
                Directory.Exists(path) ? $"{path} is a folder. Expected a table: a CSV file." : $"There is no file {path}.", path);
        }

        char separator = Separator(path);
        var (names, columns) = Recognize(path, separator, kinds);
        while (true)
        {
            // What is recognized by the first rows may be refuted by a later one: then it is read once more as what it is.
            int rows = 0;
            bool again = false;
            Each(path, separator, names.Length, row =>
            {
                for (int c = 0; c < columns.Length; c++)
                {
                    if (!columns[c].TryAdd(row[c].Span, row.LineNumberFrom))
                        again = true;
                }

                rows++;
                return true;
            });
            if (rows == 0)
                throw new InvalidDataException($"{path} has names of columns and no rows.");
            if (!again)
                return new TableFile(path, names, columns, rows);
            for (int c = 0; c < columns.Length; c++)
            {
                if (columns[c].Refuted is { } refuted && kinds is not null && kinds.ContainsKey(names[c]))
                    throw new InvalidDataException($"{path}, line {refuted.Line}: {names[c]} is \"{Shown(refuted.Text)}\". Expected "
                        + $"{(columns[c].Kind == ColumnKind.Date ? "a date as 2026-05-31" : "a number")}, as in the rows that were trained on.");
                columns[c] = columns[c].Anew();
            }
        }
    }

    /// <summary>A column.</summary>
    public TableValues? Find(string name) => Array.IndexOf(Names, name) is >= 0 and var at ? Columns[at] : null;

    static string Shown(string text) => text.Length <= 40 ? text : text[..40] + "...";

    // The sign that the line of names has most of, outside of quotes.
    static char Separator(string path)
    {
        using var reader = new StreamReader(path);
        string line = reader.ReadLine() ?? throw new InvalidDataException($"{path} is empty. Expected a line of names, then a line for each row.");
        if (line.Contains('\0'))
            throw new InvalidDataException($"{path} is no text. Expected a table as delimited text: CSV.");
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

    static (string[] Names, TableValues[] Columns) Recognize(
        string path, char separator, IReadOnlyDictionary<string, ColumnKind>? kinds)
    {
        string[] names = [];
        Each(path, separator, null, row =>
        {
            names = new string[row.ColCount];
            for (int c = 0; c < names.Length; c++)
                names[c] = row[c].ToString().Trim().TrimStart('\uFEFF');
            return false;
        });
        if (names.GroupBy(static name => name).FirstOrDefault(static group => group.Count() > 1) is { } twice)
            throw new InvalidDataException($"{path} has {twice.Count()} columns of the name \"{Shown(twice.Key)}\". Expected a name for each.");
        if (names.Any(string.IsNullOrWhiteSpace))
            throw new InvalidDataException($"{path} has a column without a name. Give it one.");
        var samples = new List<string>[names.Length];
        for (int c = 0; c < names.Length; c++)
            samples[c] = [];
        int rows = 0;
        Each(path, separator, names.Length, row =>
        {
            for (int c = 0; c < names.Length; c++)
            {
                if (!TableCell.IsMissing(row[c].Span))
                    samples[c].Add(row[c].ToString());
            }

            return ++rows < Looked;
        });
        return (names, [.. names.Select((name, c) => TableValues.For(
            samples[c], separator != ',', kinds is not null && kinds.TryGetValue(name, out var kind) ? kind : null))]);
    }

    delegate bool RowReader(SepReader.Row row);

    // Each row until the reader says that it has enough; every one has as many values as there are names.
    static void Each(string path, char separator, int? columns, RowReader read)
    {
        using var reader = Sep.New(separator).Reader(Options).FromFile(path);
        int line = 1;
        try
        {
            foreach (var row in reader)
            {
                line = row.LineNumberFrom;
                if (columns is not null && row.RowIndex == 0)
                    continue;                   // the names
                if (columns is not null && row.ColCount != columns)
                {
                    if (row.ColCount == 1 && row.Span.IsWhiteSpace())
                        continue;
                    throw new InvalidDataException($"{path}, line {line}, has {row.ColCount} values. Expected {columns}, as the first line has "
                        + $"names: {Shown(row.Span.ToString())}");
                }

                if (!read(row))
                    return;
            }
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException or FormatException)
        {
            throw new InvalidDataException($"{path} cannot be read after line {line}: {e.Message}", e);
        }
    }

    static SepReaderOptions Options(SepReaderOptions options) =>
        options with { HasHeader = false, Unescape = true, DisableColCountCheck = true, CultureInfo = CultureInfo.InvariantCulture };
}
