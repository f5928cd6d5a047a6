using System.Text;

namespace Ballast;

/// <summary>A table of pictures: a CSV file with the columns <c>path</c> and <c>label</c>, paths from the file's own folder on.</summary>
static class PictureTable
{
    const int Shown = 10;

    static readonly char[] Separators = [',', ';', '\t', '|'];

    /// <summary>Whether a path is that of a table of pictures: a file with these columns.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static bool Is(string path)
    {
        if (Path.GetExtension(path).ToUpperInvariant() is not (".CSV" or ".TSV") || !File.Exists(path))
            return false;
        using var reader = new StreamReader(path);
        string[] names = [.. (Rows(path, reader.ReadLine() ?? "").FirstOrDefault().Cells ?? []).Select(static name => name.Trim())];
        return Column(names, "path") >= 0 && Column(names, "label") >= 0;
    }

    /// <summary>Lists its pictures, in the order of the rows; the classes in ordinal order.</summary>
    /// <param name="path">The table.</param>
    /// <param name="group">The column of groups; null for none.</param>
    /// <exception cref="InvalidDataException">A table without these columns, rows of other lengths, an empty cell, or files that there are not.
    /// </exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static ImageFolderListing Read(string path, string? group = null)
    {
        path = Path.GetFullPath(path);
        var rows = Rows(path, File.ReadAllText(path));
        if (rows.Count == 0)
            Throw.InvalidData($"{path} is empty. Expected a line with the names path and label, then a line for each picture.");
        string[] names = [.. rows[0].Cells.Select(static name => name.Trim().TrimStart('\uFEFF'))];
        var (paths, labels) = (Column(names, "path"), Column(names, "label"));
        if (paths < 0 || labels < 0)
            Throw.InvalidData($"{path} has the columns {string.Join(", ", names)}. Expected path and label for pictures.");
        int groups = group is null ? -1 : Column(names, group);
        if (group is not null && groups < 0)
            Throw.InvalidData($"{path} has no column {group} of groups. Its columns are {string.Join(", ", names)}.");
        int[] needed = group is null ? [paths, labels] : [paths, labels, groups];
        List<string> files = [], classes = [], belongs = [];
        string folder = Path.GetDirectoryName(path)!;
        List<string> missing = [];
        foreach (var (cells, line) in rows.Skip(1))
        {
            if (cells is [var one] && string.IsNullOrWhiteSpace(one))
                continue;
            if (cells.Count != names.Length)
            {
                string values = cells.Count == 1 ? "1 value" : $"{cells.Count} values";
                Throw.InvalidData($"{path}, line {line}, has {values}. Expected {names.Length}, as the first line has names.");
            }

            string file = cells[paths].Trim(), label = cells[labels].Trim();
            if (Array.FindIndex(needed, column => string.IsNullOrWhiteSpace(cells[column])) is >= 0 and var empty)
                Throw.InvalidData($"{path}, line {line}: the {names[needed[empty]]} is empty. Fill it, or leave the line out.");
            files.Add(Path.GetFullPath(Path.Combine(folder, file)));
            classes.Add(label);
            if (group is not null)
                belongs.Add(cells[groups].Trim());
            if (!File.Exists(files[^1]))
                missing.Add($"line {line}: {file}");
        }

        if (missing.Count > 0)
        {
            string more = missing.Count > Shown ? $"; and {missing.Count - Shown} more" : "";
            Throw.InvalidData($"{path} names files that do not exist, paths being from its folder on: "
                + $"{string.Join("; ", missing.Take(Shown))}{more}. Mend the paths, or leave the lines out.");
        }

        if (files.Count == 0)
            Throw.InvalidData($"{path} has names of columns and no pictures.");
        string[] known = [.. classes.Distinct().Order(StringComparer.Ordinal)];
        int[] numbers = [.. classes.Select(label => Array.BinarySearch(known, label, StringComparer.Ordinal))];
        return new ImageFolderListing(path, known, [.. files], numbers, group is null ? null : [.. belongs]);
    }

    static int Column(string[] names, string name) => Array.FindIndex(names, one => one.Equals(name, StringComparison.OrdinalIgnoreCase));

    // RFC 4180, with the sign between values that the first line has most of.
    static List<(List<string> Cells, int Line)> Rows(string path, string text)
    {
        string first = text.Split('\n', 2)[0];
        char separator = Separators.MaxBy(sign => first.Count(letter => letter == sign));
        List<(List<string>, int)> rows = [];
        List<string> cells = [];
        var cell = new StringBuilder();
        int line = 1, began = 1, opened = 1;
        bool quoted = false;
        for (int i = 0; i <= text.Length; i++)
        {
            char letter = i < text.Length ? text[i] : '\n';
            line += letter == '\n' ? 1 : 0;
            if (letter == '"' && quoted && i + 1 < text.Length && text[i + 1] == '"')
                cell.Append(text[i++]);
            else if (letter == '"')
                (quoted, opened) = (!quoted, line);
            else if (quoted && i < text.Length)
                cell.Append(letter);
            else if (letter == separator || letter == '\n')
            {
                cells.Add(cell.ToString().TrimEnd('\r'));
                cell.Clear();
                if (letter != '\n')
                    continue;
                if (i < text.Length || cells.Count > 1 || cells[0].Length > 0)
                    rows.Add((cells, began));
                (cells, began) = ([], line);
            }
            else
                cell.Append(letter);
        }

        if (quoted)
            Throw.InvalidData($"{path}: the quote that begins in line {opened} has no end.");
        return rows;
    }
}
