using Spectre.Console;

namespace Ballast.Cli;

/// <summary>Rows of a table, or in a narrow terminal a line for each row's name and one for its values.</summary>
/// <param name="first">The heading of the names.</param>
/// <param name="columns">The headings of the values.</param>
sealed class TableRows(string first, params string[] columns)
{
    readonly List<(bool IsHead, string Name, string[] Values)> rows = [];

    /// <summary>How far names are indented below a head.</summary>
    public int Indent { get; init; } = 2;

    /// <summary>Adds a row that has a name alone and stands above others.</summary>
    public void Head(string title) => rows.Add((true, title, [.. columns.Select(static _ => "")]));

    /// <summary>Adds a row.</summary>
    public void Add(string name, params string[] values) => rows.Add((false, name, values));

    /// <summary>Prints the rows.</summary>
    public void Print(IAnsiConsole console)
    {
        if (Needed() > console.Profile.Width)
        {
            PrintLines(console);
            return;
        }

        var table = new Table { Border = console.Profile.Capabilities.Unicode ? TableBorder.Rounded : TableBorder.Ascii2 };
        table.AddColumn(first);
        foreach (string name in columns)
            table.AddColumn(new TableColumn(name).RightAligned().NoWrap());
        foreach (var (isHead, name, values) in rows)
            table.AddRow([Output.Cell(isHead ? name : new string(' ', Indent) + name), .. values.Select(static value => Output.Cell(value))]);
        Output.Write(console, table);
    }

    // Headings may be broken between words, names and numbers not; three cells lie between two columns, and two at each end.
    int Needed()
    {
        int names = rows.Select(row => row.IsHead ? row.Name.Split(' ').Max(static word => word.GetCellWidth()) : row.Name.GetCellWidth() + Indent)
            .DefaultIfEmpty(0).Max();
        int others = columns.Select((name, i) =>
            Math.Max(name.GetCellWidth(), rows.Select(row => row.Values[i].GetCellWidth()).DefaultIfEmpty(0).Max())).Sum();
        return names + others + 3 * columns.Length + 4;
    }

    void PrintLines(IAnsiConsole console)
    {
        if (first.Length > 0)
            Paragraph.Write(console, first);
        foreach (var (isHead, name, values) in rows)
        {
            int left = name.Length - name.TrimStart().Length + (isHead ? 0 : Indent);
            Paragraph.Write(console, name.TrimStart(), left);
            var said = values.Select((value, i) => value.Length == 0 ? "" : $"{columns[i]} {value}").Where(static text => text.Length > 0);
            if (!isHead)
                Paragraph.Write(console, string.Join(", ", said), left + 2);
        }
    }
}
