using Spectre.Console;

namespace Ballast.Cli;

/// <summary>A help text in the lines of a terminal. Where names would take more than half of its width, each stands above what is said of
/// it; a long word, such as a layer with its settings, is broken behind a comma.</summary>
static class HelpText
{
    const string Gap = "  ";

    /// <summary>Breaks a text of rows of two columns between words.</summary>
    public static string Wrap(string help, int width)
    {
        string[] lines = help.ReplaceLineEndings("\n").Split('\n');
        var written = new List<string>();
        for (int i = 0; i < lines.Length; i++)
        {
            // A paragraph is a heading and its rows.
            int end = i;
            while (end < lines.Length && lines[end].Length > 0)
                end++;
            int column = lines[i..end].Select(Second).Where(static at => at > 0).DefaultIfEmpty(0).Max();
            foreach (string line in lines[i..end])
                written.AddRange(Row(line, column, width));
            if (end < lines.Length)
                written.Add("");
            i = end;
        }

        return string.Join(Environment.NewLine, written);
    }

    // Where the second column begins; 0 where there is none.
    static int Second(string line)
    {
        if (line.Length - line.TrimStart().Length != Gap.Length)
            return 0;
        int gap = line.IndexOf(Gap, Gap.Length, StringComparison.Ordinal);
        return gap < 0 ? 0 : line.Length - line[gap..].TrimStart().Length;
    }

    static IEnumerable<string> Row(string line, int column, int width)
    {
        if (column == 0 || line.GetCellWidth() <= Math.Min(width, column))
            return Lines(line.TrimStart(), line.Length - line.TrimStart().Length, width);
        string name = line[..column].TrimEnd(), said = line[column..];
        if (column > width / 2)
        {
            var below = Lines(said, 3 * Gap.Length, width);
            return name.Length == 0 ? below : [.. Lines(name.TrimStart(), Gap.Length, width), .. below];
        }

        string[] rows = [.. Lines(said, column, width)];
        return [name.PadRight(column) + rows[0][column..], .. rows[1..]];
    }

    static IEnumerable<string> Lines(string text, int left, int width) => Paragraph.Lines(
        string.Join(' ', text.Split(' ').SelectMany(word => Pieces(word, width - left))), width - left).Select(line => new string(' ', left) + line);

    // Parts of a word that is longer than a line.
    static IEnumerable<string> Pieces(string word, int width)
    {
        while (word.Length > width)
        {
            int at = word.LastIndexOfAny([',', '|'], width - 1);
            at = at > 0 ? at : word.LastIndexOfAny([':', '=', '['], width - 1);
            if (at <= 0)
                break;
            yield return word[..(at + 1)];
            word = word[(at + 1)..];
        }

        yield return word;
    }
}
