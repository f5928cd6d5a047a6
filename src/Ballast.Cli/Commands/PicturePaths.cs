namespace Ballast.Cli;

/// <summary>The pictures that a command line names.</summary>
static class PicturePaths
{
    /// <summary>Files as they are named, and of a folder all files in it and below it, in the ordinal order of their paths.</summary>
    /// <exception cref="IOException">A folder without files.</exception>
    public static IReadOnlyList<string> Of(IEnumerable<string> names)
    {
        List<string> paths = [];
        foreach (string name in names)
        {
            if (!Directory.Exists(name))
            {
                paths.Add(name);
                continue;
            }

            string[] found =
            [
                .. Directory.EnumerateFiles(name, "*", SearchOption.AllDirectories)
                    .Where(path => !Path.GetRelativePath(name, path).Split(Path.DirectorySeparatorChar).Any(Passed))
                    .Order(StringComparer.Ordinal),
            ];
            if (found.Length == 0)
                throw new IOException($"{name} has no pictures in it.");
            paths.AddRange(found);
        }

        return paths;
    }

    // What systems put into folders by themselves.
    static bool Passed(string name) => name.StartsWith('.') || name.Equals("Thumbs.db", StringComparison.OrdinalIgnoreCase)
        || name.Equals("desktop.ini", StringComparison.OrdinalIgnoreCase);
}
