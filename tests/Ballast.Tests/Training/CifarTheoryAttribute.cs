namespace Ballast.Tests;

/// <summary>A test on all of CIFAR-10: skipped where the files are not in the cache, never downloading them.</summary>
[AttributeUsage(AttributeTargets.Method)]
sealed class CifarTheoryAttribute : TheoryAttribute
{
    public static readonly DatasetOptions Options = new() { Download = false };

    static readonly Lazy<bool> Present = new(static () =>
        Directory.Exists(Options.FilesFolder(Cifar10Layout.FolderName))
        && Cifar10Layout.Files.All(static file => File.Exists(Path.Combine(Options.FilesFolder(Cifar10Layout.FolderName), file.Name))));

    public CifarTheoryAttribute()
    {
        if (!Present.Value)
            Skip = $"CIFAR-10 is not in {Options.FilesFolder(Cifar10Layout.FolderName)}; set {DataFolder.Variable}.";
    }
}
