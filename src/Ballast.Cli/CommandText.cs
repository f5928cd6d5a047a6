namespace Ballast.Cli;

/// <summary>Command lines as a person types them.</summary>
static class CommandText
{
    /// <summary>The command that is running.</summary>
    public static string Current() => Of(["ballast", .. Environment.GetCommandLineArgs().Skip(1)]);

    /// <summary>Words, those with anything unusual in them in quotes.</summary>
    public static string Of(IEnumerable<string> words) => string.Join(' ', words.Select(Quote));

    static string Quote(string word) => word.Length > 0 && word.All(static letter => char.IsLetterOrDigit(letter) || "-_=./:,+\\".Contains(letter))
        ? word
        : $"\"{word.Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
