namespace Ballast.Cli;

/// <summary>Command lines as a person types them.</summary>
static class CommandText
{
    /// <summary>The command that is running, as it can be run once more: without the folder that is taken now, and without what only
    /// says how to show the result.</summary>
    public static string Again() => Again([.. Environment.GetCommandLineArgs().Skip(1)]);

    /// <summary>A command's words, as it can be run once more.</summary>
    public static string Again(IReadOnlyList<string> words)
    {
        var kept = new List<string> { "ballast" };
        for (int i = 0; i < words.Count; i++)
        {
            if (words[i] == "--out")
                i++;
            else if (words[i] is not ("--open" or "--json") && !words[i].StartsWith("--out=", StringComparison.Ordinal)
                && !words[i].StartsWith("--out:", StringComparison.Ordinal))
                kept.Add(words[i]);
        }

        return Of(kept);
    }

    /// <summary>Words, those with anything unusual in them in quotes.</summary>
    public static string Of(IEnumerable<string> words) => string.Join(' ', words.Select(Quote));

    static string Quote(string word) => word.Length > 0 && word.All(static letter => char.IsLetterOrDigit(letter) || "-_=./:,+\\".Contains(letter))
        ? word
        : $"\"{word.Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
