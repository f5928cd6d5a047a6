namespace Ballast.Tests.Data;

/// <summary>A test on all of Fashion-MNIST: skipped where the files are not in the cache, never bringing them.</summary>
[AttributeUsage(AttributeTargets.Method)]
sealed class FashionMnistFactAttribute : FactAttribute
{
    public static readonly DatasetOptions Options = new() { Download = false, SystemFolders = [] };

    public FashionMnistFactAttribute()
    {
        string folder = Options.FilesFolder(FashionMnistLayout.FolderName);
        if (!FashionMnistLayout.Files.All(file => File.Exists(Path.Combine(folder, file.Name))))
            Skip = $"Fashion-MNIST is not in {folder}; set {DataFolder.Variable}.";
    }
}
