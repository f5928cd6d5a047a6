namespace Ballast;

/// <summary>Where datasets that have names are kept, and how they get there.</summary>
public sealed record DatasetOptions
{
    /// <summary>The folder for datasets; each has a subfolder in it: <c>cifar-10-batches-bin</c>, <c>fashion-mnist</c>.
    /// Default: the environment variable <c>BALLAST_DATA</c> where it is set, else <c>ballast</c> in the user's local
    /// application data (on Linux <c>$XDG_DATA_HOME</c> or <c>~/.local/share</c>).</summary>
    public string CacheFolder { get; init; } = DataFolder.Default();

    /// <summary>Whether missing files are downloaded. What is on this machine already, in a package of the system, is
    /// taken from there in any case. Default: true.</summary>
    public bool Download { get; init; } = true;

    /// <summary>Told how far a download is; it may be called from several threads. Default: null, nobody.</summary>
    public IProgress<DownloadProgress>? Progress { get; init; }

    /// <summary>Told how many of a folder's pictures are read; it may be called from several threads. Default: null, nobody.</summary>
    public IProgress<(int Done, int Count)>? PicturesProgress { get; init; }

    /// <summary>Where the system's packages put datasets.</summary>
    internal IReadOnlyList<string> SystemFolders { get; init; } = DataFolder.System();

    /// <summary>Where the files of one dataset are.</summary>
    internal string FilesFolder(string name) => Path.Combine(CacheFolder, name);
}
