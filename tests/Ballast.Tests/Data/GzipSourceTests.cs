using System.IO.Compression;
using System.Net;

namespace Ballast.Tests.Data;

// The two sources of packed files, the folder and the network, on the same two files.
public sealed class GzipSourceTests : DataCacheFixture
{
    string Place => Folder.File("place");

    static byte[] Pack(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
            gzip.Write(content);
        return packed.ToArray();
    }

    // Only the content of the files differs from case to case.
    GzipFolder Folded(byte[] first, byte[]? second)
    {
        Directory.CreateDirectory(Place);
        File.WriteAllBytes(Path.Combine(Place, "first.bin.gz"), first);
        if (second is not null)
            File.WriteAllBytes(Path.Combine(Place, "second.bin.gz"), second);
        return new GzipFolder("a package", Place, Files);
    }

    DataCache CacheIn(string name, IDataSource source) => new("Two files", Folder.File(name), Files, [source]);

    [Fact]
    public void A_folder_is_unpacked_without_permission_to_download_and_stays_as_it_is()
    {
        var source = Folded(Pack(First), Pack(Second));
        Assert.True(source.IsAtHand);
        var files = CacheIn("cache", source).Open(Files, download: false, null, default);
        Assert.True(files[0].Bytes.SequenceEqual(First));
        Assert.True(files[1].Bytes.SequenceEqual(Second));
        Assert.Equal(
            ["cache", "cache/first.bin", "cache/second.bin", "place", "place/first.bin.gz", "place/second.bin.gz"],
            Folder.Names().Select(name => name.Replace('\\', '/')));
    }

    [Fact]
    public void A_folder_that_is_not_there_or_lacks_a_file_is_not_at_hand_and_says_which()
    {
        var none = new GzipFolder("a package", Place, Files);
        Assert.False(none.IsAtHand);
        Assert.Contains(Place, Assert.Throws<IOException>(() => none.Fetch(Folder.Path, null, default)).Message, StringComparison.Ordinal);
        var half = Folded(Pack(First), null);
        Assert.False(half.IsAtHand);
        Assert.Contains("second.bin.gz", Assert.Throws<IOException>(() => half.Fetch(Folder.Path, null, default)).Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, string> Damages() => new()
    {
        { "cut", "second.bin" },
        { "no gzip", "cannot be unpacked" },
        { "empty", "holds 0 bytes, expected 3" },
        { "altered content", "expected the SHA-256" },
        { "too short", "holds 2 bytes, expected 3" },
        { "too long", "holds more than 3 bytes" },
        { "endless", "holds more than 3 bytes" },
    };

    static byte[] Damage(string how) => how switch
    {
        "cut" => Pack(Second)[..12],
        "no gzip" => [.. "<html>Log in first</html>"u8],
        "empty" => [],
        "altered content" => Pack([6, 7, 9]),
        "too short" => Pack(Second[..2]),
        "too long" => Pack([.. Second, 1]),
        _ => Pack(new byte[10_000_000]),
    };

    [Theory]
    [MemberData(nameof(Damages))]
    public void A_damaged_file_in_a_folder_leaves_an_empty_cache(string how, string said)
    {
        var cache = CacheIn("cache", Folded(Pack(First), Damage(how)));
        var error = Assert.Throws<IOException>(() => cache.Fetch(force: false, null, default));
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Folder.File("cache")));
    }

    [Theory]
    [MemberData(nameof(Damages))]
    public void A_damaged_download_leaves_an_empty_cache(string how, string said)
    {
        using var network = new FakeNetwork(
            address => new MemoryStream(address.AbsolutePath.EndsWith("/first.bin.gz", StringComparison.Ordinal) ? Pack(First) : Damage(how)));
        var cache = CacheIn("cache", new HttpFiles("http://data.invalid/top/", Files, network));
        var error = Assert.Throws<IOException>(() => cache.Fetch(force: false, null, default));
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
        Assert.Contains("1. http://data.invalid/top/: ", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Folder.File("cache")));
    }

    [Fact]
    public void Every_cut_of_a_packed_file_is_refused_or_has_lost_nothing()
    {
        byte[] packed = Pack(Second);
        for (int length = 0; length < packed.Length; length++)
        {
            var cache = CacheIn($"cache{length}", Folded(Pack(First), packed[..length]));
            try
            {
                cache.Fetch(force: false, null, default);
                Assert.Equal(Second, File.ReadAllBytes(Path.Combine(Folder.File($"cache{length}"), "second.bin")));
            }
            catch (IOException)
            {
                Assert.Empty(Directory.EnumerateFileSystemEntries(Folder.File($"cache{length}")));
            }
        }
    }

    [Fact]
    public void Files_are_asked_for_by_name_and_nothing_packed_is_left()
    {
        var asked = new List<string>();
        using var network = new FakeNetwork(address =>
        {
            asked.Add(address.ToString());
            return new MemoryStream(Pack(asked.Count == 1 ? First : Second));
        });
        CacheIn("cache", new HttpFiles("http://data.invalid/top/", Files, network)).Fetch(force: false, null, default);
        Assert.Equal(["http://data.invalid/top/first.bin.gz", "http://data.invalid/top/second.bin.gz"], asked);
        Assert.Equal(["first.bin", "second.bin"], Directory.GetFiles(Folder.File("cache")).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void A_cancelled_or_refused_download_leaves_an_empty_cache()
    {
        using var cancel = new CancellationTokenSource();
        using var cancelling = new FakeNetwork(_ =>
        {
            cancel.Cancel();
            return new MemoryStream(Pack(First));
        });
        Assert.ThrowsAny<OperationCanceledException>(
            () => CacheIn("cache", new HttpFiles("http://data.invalid/", Files, cancelling)).Fetch(force: false, null, cancel.Token));
        using var refusing = new FakeNetwork(() => Stream.Null, HttpStatusCode.NotFound);
        Assert.Contains("404", Assert.Throws<IOException>(
            () => CacheIn("cache", new HttpFiles("http://data.invalid/", Files, refusing)).Fetch(force: false, null, default)).Message,
            StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Folder.File("cache")));
    }
}
