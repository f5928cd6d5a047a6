namespace Ballast.Tests;

/// <summary>A folder that goes with the test.</summary>
public abstract class Temporary : IDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ballast-data-");

    protected string At(params string[] names)
    {
        string path = Path.Combine([folder.FullName, .. names]);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }

    protected string Write(byte[] content, params string[] names)
    {
        string path = At(names);
        File.WriteAllBytes(path, content);
        return path;
    }

    protected virtual void Dispose(bool disposing) => folder.Delete(recursive: true);

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }
}
