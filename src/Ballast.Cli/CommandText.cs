using Ballast.Lab;

namespace Ballast.Cli;

/// <summary>Command lines as a person types them.</summary>
static class CommandText
{
    // What only says where the result goes or how it is shown.
    static readonly string[] Folder = ["--out"], Shown = ["--open", "--json"];

    /// <summary>The words of the command that is running.</summary>
    public static IReadOnlyList<string> Words { get; set; } = [];

    /// <summary>The command that is running, as it can be run once more: without the folder that is taken now, and without what only
    /// says how to show the result.</summary>
    public static string Again() => Again(Words);

    /// <summary>A command's words, as it can be run once more.</summary>
    public static string Again(IReadOnlyList<string> words)
    {
        var kept = new List<string> { "ballast" };
        for (int i = 0; i < words.Count; i++)
        {
            if (Folder.Contains(words[i]))
                i++;
            else if (Shown.Contains(words[i]))
                i += i + 1 < words.Count && bool.TryParse(words[i + 1], out _) ? 1 : 0;
            else if (!Folder.Concat(Shown).Any(option => words[i].StartsWith(option + '=', StringComparison.Ordinal)
                || words[i].StartsWith(option + ':', StringComparison.Ordinal)))
                kept.Add(words[i]);
        }

        return Of(kept);
    }

    /// <summary>Where a run comes from that goes on for more epochs than it was begun with: from two commands.</summary>
    public static Provenance Longer(RunRecord record, int epochs)
    {
        var origin = record.Provenance;
        return epochs == record.Settings.Epochs || origin.CommandLine is not { } first ? origin
            : origin with { CommandLine = first + "\n" + Of("ballast", "train", "--resume", "--epochs", $"{epochs}") };
    }

    /// <summary>Words, those with anything unusual in them in quotes, so that a shell takes them as they are.</summary>
    public static string Of(params IEnumerable<string> words) => Of(words, OperatingSystem.IsWindows());

    /// <summary>The same for the shells of Windows or of others.</summary>
    public static string Of(IEnumerable<string> words, bool windows) => string.Join(' ', words.Select(word => Quote(word, windows)));

    // Within double quotes a shell still replaces $, ` and !, and takes \ for the sign that something else follows; those of Windows do not.
    static string Quote(string word, bool windows)
    {
        if (word.Length > 0 && word.All(letter => char.IsLetterOrDigit(letter) || "-_=./:,+".Contains(letter) || (windows && letter == '\\')))
            return word;
        return windows || !word.AsSpan().ContainsAny("$`!\\\"")
            ? $"\"{word.Replace("\"", "\\\"", StringComparison.Ordinal)}\""
            : $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";
    }
}
