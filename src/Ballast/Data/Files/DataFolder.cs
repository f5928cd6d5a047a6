namespace Ballast;

/// <summary>Where datasets are kept when nothing else is said.</summary>
static class DataFolder
{
    /// <summary>The environment variable that names another folder.</summary>
    public const string Variable = "BALLAST_DATA";

    /// <summary>The variable's folder where it is set, else <c>ballast</c> in the user's local application data.
    /// </summary>
    public static string Default()
    {
        string? chosen = Environment.GetEnvironmentVariable(Variable);
        if (!string.IsNullOrWhiteSpace(chosen))
            return chosen;
        // Unverified: the system's folder is made when it is first needed.
        string local = Environment.GetFolderPath(
            Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        if (local.Length == 0)
            Throw.InvalidOperation($"There is no folder for this user's data. Set {Variable} to a folder for datasets.");
        return Path.Combine(local, "ballast");
    }

    /// <summary>Where a Unix system's packages put datasets, in the order to look: <c>datasets</c> in each folder of
    /// <c>XDG_DATA_DIRS</c>, or of its default.</summary>
    public static string[] System()
    {
        if (OperatingSystem.IsWindows())
            return [];
        string? chosen = Environment.GetEnvironmentVariable("XDG_DATA_DIRS");
        string folders = string.IsNullOrWhiteSpace(chosen) ? "/usr/local/share:/usr/share" : chosen;
        // The specification: a path that is not absolute is passed over.
        return [.. folders.Split(':').Where(Path.IsPathFullyQualified).Select(folder => Path.Combine(folder, "datasets"))];
    }
}
