using System.Text;
using Spectre.Console;

namespace Ballast.Cli;

/// <summary>Text in lines that break between words. A word that is longer than a line, such as a path, has a line of its own: the
/// terminal breaks it, and it can still be copied whole.</summary>
static class Paragraph
{
    /// <summary>Writes a text: in lines of the terminal's width, at most so many columns, or where the output is no terminal in one.</summary>
    public static void Write(IAnsiConsole console, string text, int indent = 0, int most = 100)
    {
        string left = new(' ', indent);
        int width = console.Profile.Capabilities.Interactive ? Math.Min(console.Profile.Width, most) - indent : int.MaxValue;
        foreach (string line in Lines(Printable.Text(text), width))
            Output.Guard(() => console.Profile.Out.Writer.WriteLine(left + line));
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
