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
        int width = Output.IsTerminal ? Math.Min(console.Profile.Width, most) - indent : int.MaxValue;
        foreach (string line in Lines(text, width))
            console.Profile.Out.Writer.WriteLine(left + line);
    }

    /// <summary>A text in lines.</summary>
    public static IEnumerable<string> Lines(string text, int width)
    {
        var line = new StringBuilder();
        foreach (string word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line.ToString();
                line.Clear();
            }

            line.Append(line.Length > 0 ? " " : "").Append(word);
        }

        yield return line.ToString();
    }
}
