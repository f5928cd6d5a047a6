using System.Text;
using Spectre.Console;

namespace Ballast.Cli;

/// <summary>Text in lines that break between words. A word that is longer than a line, such as a path, has a line of its own: the
/// terminal breaks it, and it can still be copied whole.</summary>
static class Paragraph
{
    const string Command = ": ballast ";

    /// <summary>Writes a text: in lines of the terminal's width, at most so many columns, or where the output is no terminal in one.</summary>
    public static void Write(IAnsiConsole console, string text, int indent = 0, int most = 100)
    {
        string left = new(' ', indent);
        int width = console.Profile.Capabilities.Interactive ? Math.Min(console.Profile.Width, most) - indent : int.MaxValue;
        foreach (string line in Lines(Printable.Text(text), width))
            Output.Guard(() => console.Profile.Out.Writer.WriteLine(left + line));
    }

    /// <summary>Lines as a terminal shows them: one that is wider is broken between words, with what follows indented by two more cells. Spaces
    /// that align it with others are taken out of it. A command at its end, which is there to be copied, stays whole in a line of its own.</summary>
    /// <param name="text">The lines.</param>
    /// <param name="width">How many cells the terminal has.</param>
    public static IEnumerable<string> Wrap(string text, int width)
    {
        string[] lines = text.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i];
            if (i + 1 < lines.Length && IsMark(lines[i + 1]) && Math.Max(line.GetCellWidth(), lines[i + 1].Length) > width)
            {
                foreach (string part in Marked(line, lines[++i], width))
                    yield return part;
            }
            else if (line.GetCellWidth() <= width)
            {
                yield return line;
            }
            else
            {
                foreach (string part in Broken(line, width))
                    yield return part;
            }
        }
    }

    static IEnumerable<string> Broken(string line, int width)
    {
        int command = line.IndexOf(Command, StringComparison.Ordinal);
        string said = (command < 0 ? line : line[..(command + 1)]).TrimEnd();
        string text = said.TrimStart(), left = new(' ', Math.Min(said.Length - text.Length, width / 2));
        while (text.Contains("   ", StringComparison.Ordinal))
            text = text.Replace("   ", "  ", StringComparison.Ordinal);
        foreach (string part in Lines(text, width - left.Length, hanging: 2))
            yield return left + part;
        if (command >= 0)
            yield return line[(command + 2)..];
    }

    static bool IsMark(string line) => line.Contains('^', StringComparison.Ordinal) && line.Trim().All(static letter => letter == '^');

    // Parts of a text with what marks a place in it below each.
    static IEnumerable<string> Marked(string line, string mark, int width)
    {
        for (int start = 0; start < line.Length; start += width)
        {
            yield return line[start..Math.Min(start + width, line.Length)];
            if (start < mark.Length && mark[start..Math.Min(start + width, mark.Length)] is var below && below.Trim().Length > 0)
                yield return below;
        }
    }

    /// <summary>A text in lines.</summary>
    /// <param name="text">The text.</param>
    /// <param name="width">How many cells a line has.</param>
    /// <param name="hanging">How many spaces begin each line but the first.</param>
    public static IEnumerable<string> Lines(string text, int width, int hanging = 0)
    {
        var line = new StringBuilder();
        string left = "";
        int used = 0;
        foreach (string word in text.Split(' '))
        {
            int cells = word.GetCellWidth();
            if (line.Length > 0 && used + 1 + cells > width - left.Length)
            {
                yield return left + line;
                left = new string(' ', hanging);
                line.Clear();
                used = 0;
            }

            used += cells + (line.Length > 0 ? 1 : 0);
            line.Append(line.Length > 0 ? " " : "").Append(word);
        }

        yield return left + line;
    }
}
