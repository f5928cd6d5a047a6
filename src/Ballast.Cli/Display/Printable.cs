using System.Globalization;
using System.Text;

namespace Ballast.Cli;

/// <summary>Text of strangers, such as names of files and classes, as a terminal may show it: control characters, which could steer it,
/// and characters that turn the direction of writing become escapes such as <c>\u001B</c>.</summary>
static class Printable
{
    /// <summary>Text of several lines.</summary>
    public static string Text(string text) => Escape(text, breaks: true);

    /// <summary>A name, which stays on one line.</summary>
    public static string Name(string text) => Escape(text, breaks: false);

    static string Escape(string text, bool breaks)
    {
        if (!text.Any(letter => IsSteering(letter, breaks)))
            return text;
        var escaped = new StringBuilder();
        foreach (char letter in text)
        {
            if (!IsSteering(letter, breaks))
                escaped.Append(letter);
            else if (letter == '\n')
                escaped.Append("\\n");
            else
                escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:X4}");
        }

        return escaped.ToString();
    }

    static bool IsSteering(char letter, bool breaks) => char.GetUnicodeCategory(letter) switch
    {
        UnicodeCategory.Control => !breaks || letter != '\n',
        UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => true,
        UnicodeCategory.Format => letter is not ('\u200C' or '\u200D'),        // joiners of letters
        _ => false,
    };
}
