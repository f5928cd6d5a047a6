using Spectre.Console;

namespace Ballast.Tests.Cli;

/// <summary>What a terminal of some width shows after all that was written to it: carriage returns, line feeds, lines that go on in the
/// next one where they are full, letters of two cells, and the escape sequences that erase a line or move up.</summary>
sealed class TerminalScreen(int width)
{
    const char Covered = '\0'; // by the letter before it

    readonly List<char[]> rows = [];
    int row, column;

    /// <summary>Writes to a screen.</summary>
    public static string[] Show(int width, string written)
    {
        var screen = new TerminalScreen(width);
        for (int i = 0; i < written.Length; i++)
        {
            if (written[i] == '\u001b')
                i = screen.Escape(written, i + 2);
            else
                screen.Put(written[i]);
        }

        return [.. screen.rows.Select(static cells => new string(cells).Replace($"{Covered}", "", StringComparison.Ordinal).TrimEnd())];
    }

    int Escape(string written, int start)
    {
        int end = start;
        while (written[end] is (>= '0' and <= '9') or ';' or '?')
            end++;
        string argument = written[start..end];
        switch (written[end])
        {
            case 'K':
                Array.Fill(Row(), ' ', Math.Min(column, width), argument == "2" ? width : width - Math.Min(column, width));
                break;
            case 'A':
                row = Math.Max(0, row - (argument.Length > 0 ? int.Parse(argument, System.Globalization.CultureInfo.InvariantCulture) : 1));
                break;
            case 'm' or 'h' or 'l':
                break;
            default:
                throw new NotSupportedException($"The escape sequence {argument}{written[end]}.");
        }

        return end;
    }

    void Put(char letter)
    {
        if (letter == '\r')
        {
            column = 0;
        }
        else if (letter == '\n')
        {
            (row, column) = (row + 1, 0);
            Row();
        }
        else
        {
            int cells = letter.ToString().GetCellWidth();
            if (column + cells > width)
                (row, column) = (row + 1, 0);
            Row()[column++] = letter;
            if (cells == 2)
                Row()[column++] = Covered;
        }
    }

    char[] Row()
    {
        while (rows.Count <= row)
        {
            rows.Add(new char[width]);
            Array.Fill(rows[^1], ' ');
        }

        return rows[row];
    }
}
