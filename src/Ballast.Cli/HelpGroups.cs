namespace Ballast.Cli;

/// <summary>The list of options in a help text, in groups with a heading each.</summary>
static class HelpGroups
{
    const string Heading = "Options:";

    /// <summary>Puts the options of a help text into groups.</summary>
    /// <param name="help">The text, with a paragraph that begins with <c>Options:</c>.</param>
    /// <param name="groups">The headings, and which options belong under each, in the order in which they are to be listed.</param>
    /// <returns>The text; options that are in no group come last, under <c>Other options:</c>.</returns>
    public static string Arrange(string help, IReadOnlyList<(string Title, string[] Options)> groups)
    {
        string[] lines = help.ReplaceLineEndings("\n").Split('\n');
        int start = Array.FindIndex(lines, static line => line.Trim() == Heading);
        if (start < 0 || groups.Count == 0)
            return help;
        int end = Array.FindIndex(lines, start, static line => line.Length == 0);
        if (end < 0)
            end = lines.Length;
        var rows = Rows(lines.AsSpan(start + 1, end - start - 1));
        var written = new List<string>();
        foreach (var (title, options) in groups)
        {
            var own = options.SelectMany(option => rows.Where(row => Is(row[0], option))).ToList();
            Write(title, own);
            rows.RemoveAll(own.Contains);
        }

        Write("Other options", rows);
        string[] rest = lines[Math.Min(end + 1, lines.Length)..];
        return string.Join(Environment.NewLine, [.. lines[..start], .. written, .. rest]);

        void Write(string title, List<List<string>> own)
        {
            if (own.Count == 0)
                return;
            written.Add($"{title}:");
            written.AddRange(own.SelectMany(static row => row));
            written.Add("");
        }
    }

    // A row begins with the option's names; what follows further to the right belongs to it.
    static List<List<string>> Rows(ReadOnlySpan<string> lines)
    {
        var rows = new List<List<string>>();
        foreach (string line in lines)
        {
            if (line.StartsWith("  -", StringComparison.Ordinal) || rows.Count == 0)
                rows.Add([]);
            rows[^1].Add(line);
        }

        return rows;
    }

    static bool Is(string row, string option) => row.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .TakeWhile(static word => word[0] == '-').Any(word => word.TrimEnd(',') == option);
}
