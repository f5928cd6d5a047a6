namespace Ballast;

/// <summary>Programs that are installed on this machine, found by their names. Only the folders of <c>PATH</c> that are absolute are
/// looked at: what lies in the current folder came with its files and is never started.</summary>
public static class ProgramPath
{
    /// <summary>The full path of a program, or null where no folder has it.</summary>
    /// <param name="name">Its name, without a folder, as <c>npm</c>; a full path is returned as it is, if there is such a file.</param>
    public static string? Find(string name) => Find(name, Environment.GetEnvironmentVariable("PATH"));

    /// <summary>The absolute folders of <c>PATH</c>, for programs that start others by name.</summary>
    public static string AbsoluteFolders() => string.Join(Path.PathSeparator, Folders(Environment.GetEnvironmentVariable("PATH")));

    internal static string? Find(string name, string? path)
    {
        if (Path.IsPathFullyQualified(name))
            return IsProgram(name) ? name : null;
        if (name.AsSpan().ContainsAny(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar))
            return null;
        string[] endings = OperatingSystem.IsWindows() && !Path.HasExtension(name) ? [".exe", ".cmd"] : [""];
        return Folders(path).SelectMany(folder => endings.Select(ending => Path.Combine(folder, name + ending)))
            .FirstOrDefault(IsProgram);
    }

    static IEnumerable<string> Folders(string? path) =>
        (path ?? "").Split(Path.PathSeparator).Where(Path.IsPathFullyQualified);

    static bool IsProgram(string file)
    {
        const UnixFileMode Execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return File.Exists(file) && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(file) & Execute) != 0);
    }
}
