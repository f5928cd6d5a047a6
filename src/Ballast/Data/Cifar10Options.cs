namespace Ballast;

/// <summary>Where CIFAR-10 is kept and how it gets there.</summary>
public sealed record Cifar10Options
{
    /// <summary>The folder for datasets; the files are in its subfolder <c>cifar-10-batches-bin</c>. Default: the
    /// environment variable <c>BALLAST_DATA</c> where it is set, else <c>ballast</c> in the user's local application
    /// data (on Linux <c>$XDG_DATA_HOME</c> or <c>~/.local/share</c>).</summary>
    public string CacheFolder { get; init; } = DataFolder.Default();

    /// <summary>Whether missing files are downloaded. Default: true.</summary>
    public bool Download { get; init; } = true;

    /// <summary>Told how far a download is; it may be called from several threads. Default: null, nobody.</summary>
    public IProgress<DownloadProgress>? Progress { get; init; }

    /// <summary>Where the six files are.</summary>
    internal string FilesFolder => Path.Combine(CacheFolder, Cifar10Layout.FolderName);
}
