using System.Security.Cryptography;

namespace Ballast.Tests.Data;

/// <summary>A cache of two small files in a folder of its own, and sources for it.</summary>
public abstract class DataCacheFixture : IDisposable
{
    private protected static readonly byte[] First = [1, 2, 3, 4, 5];
    private protected static readonly byte[] Second = [6, 7, 8];

    private protected static readonly DataFile[] Files = [Describe("first.bin", First), Describe("second.bin", Second)];

    private protected TemporaryFolder Folder { get; } = new();

    public void Dispose()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected static DataFile Describe(string name, byte[] content) =>
        new(name, content.Length, Convert.ToHexStringLower(SHA256.HashData(content)));

    private protected static void WriteBoth(string attempt)
    {
        File.WriteAllBytes(Path.Combine(attempt, "first.bin"), First);
        File.WriteAllBytes(Path.Combine(attempt, "second.bin"), Second);
    }

    private protected static FakeSource Good(string name = "good") => new(name, (attempt, _) => WriteBoth(attempt));

    private protected DataCache Cache(params FakeSource[] sources) => new("Two files", Folder.Path, Files, sources);

    private protected static MappedFile[] Open(DataCache cache, bool download = true) => cache.Open(Files, download, null, default);

    private protected void AssertEmpty() => Assert.Empty(Folder.Names());

    private protected void AssertGood()
    {
        Assert.Equal(["first.bin", "second.bin"], Folder.Names());
        Assert.Equal(First, File.ReadAllBytes(Folder.File("first.bin")));
        Assert.Equal(Second, File.ReadAllBytes(Folder.File("second.bin")));
    }

    // As every writer of the cache does: a new file, renamed over the old one.
    private protected void Replace(string name, byte[] content)
    {
        File.WriteAllBytes(Folder.File("new"), content);
        File.Move(Folder.File("new"), Folder.File(name), overwrite: true);
    }
}
