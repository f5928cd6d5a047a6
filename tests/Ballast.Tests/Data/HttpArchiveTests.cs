using System.Net;
using System.Security.Cryptography;

namespace Ballast.Tests.Data;

public sealed class HttpArchiveTests : IDisposable
{
    static readonly byte[] First = [1, 2, 3];
    static readonly byte[] Second = new byte[300_000];
    static readonly byte[] Archive = ArchiveMaker.Make(("top/first.bin", First), ("top/readme", [9]), ("second.bin", Second));

    const long Large = 10_000_000;
    static readonly DataFile File1 = new("first.bin", Large, ""), File2 = new("second.bin", Large, "");

    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    void Fetch(HttpMessageHandler network, string? sha256 = null, IProgress<DownloadProgress>? progress = null,
        CancellationToken cancellation = default) =>
        new HttpArchive("http://data.invalid/a.tar.gz", sha256 ?? Hash(Archive), Large, [File1, File2], network)
            .Fetch(folder.Path, progress, cancellation);

    void AssertNoFile() => Assert.DoesNotContain(folder.Names(), name => name.EndsWith(".bin", StringComparison.Ordinal));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_download_ends_where_it_is_larger_than_expected(bool announced)
    {
        byte[] endless = new byte[1_000_000];
        using var network = new FakeNetwork(() => announced ? new MemoryStream(endless) : new Unannounced(endless));
        string path = folder.File("archive");
        var error = Assert.Throws<InvalidDataException>(() => HttpDownload.Run("http://data.invalid/a", path, 300_000, network, null, default));
        Assert.Equal(announced
            ? "it announces 1000000 bytes, expected 300000 at most. It is another file."
            : "it brings more than the 300000 bytes expected at most. It is another file.", error.Message);
        Assert.True(!File.Exists(path) || new FileInfo(path).Length <= 300_000);
    }

    [Fact]
    public void A_file_in_an_archive_that_is_larger_than_expected_is_not_written()
    {
        using var network = new FakeNetwork(() => new MemoryStream(Archive));
        var small = new HttpArchive("http://data.invalid/", Hash(Archive), Large, [new DataFile("second.bin", 299_999, "")], network);
        Assert.Equal(
            "the archive cannot be unpacked: second.bin has 300000 bytes, expected 299999 at most.",
            Assert.Throws<InvalidDataException>(() => small.Fetch(folder.Path, null, default)).Message);
        AssertNoFile();
    }

    [Fact]
    public void The_named_files_are_taken_out_of_the_archive()
    {
        using var network = new FakeNetwork(() => new MemoryStream(Archive));
        Fetch(network);
        Assert.Equal(First, File.ReadAllBytes(folder.File("first.bin")));
        Assert.Equal(Second, File.ReadAllBytes(folder.File("second.bin")));
        Assert.Equal(["archive.tar.gz", "first.bin", "second.bin"], folder.Names());
    }

    [Fact]
    public void An_archive_cut_short_or_altered_is_refused_before_it_is_unpacked()
    {
        byte[] altered = (byte[])Archive.Clone();
        altered[^1] ^= 1;
        foreach (var bytes in (byte[][])[Archive[..^1], altered, []])
        {
            using var own = new TemporaryFolder();
            using var network = new FakeNetwork(() => new MemoryStream(bytes));
            var archive = new HttpArchive("http://data.invalid/", Hash(Archive), Large, [File1], network);
            var error = Assert.Throws<InvalidDataException>(() => archive.Fetch(own.Path, null, default));
            Assert.Contains($"expected the SHA-256 {Hash(Archive)}, found {Hash(bytes)}", error.Message,
                StringComparison.Ordinal);
            Assert.Equal(["archive.tar.gz"], own.Names());
        }
    }

    [Fact]
    public void A_cut_archive_behind_a_right_hash_is_invalid_data_or_has_lost_nothing()
    {
        int refused = 0;
        for (int length = 0; length < Archive.Length; length += 7)
        {
            using var own = new TemporaryFolder();
            byte[] cut = Archive[..length];
            using var network = new FakeNetwork(() => new MemoryStream(cut));
            var archive = new HttpArchive("http://data.invalid/", Hash(cut), Large, [File1, File2], network);
            try
            {
                archive.Fetch(own.Path, null, default);
                Assert.Equal(Second, File.ReadAllBytes(own.File("second.bin")));      // only the end mark is gone
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, Archive.Length / 7 / 2, Archive.Length / 7);
    }

    [Fact]
    public void A_file_that_is_not_in_the_archive_is_named()
    {
        byte[] archive = ArchiveMaker.Make(("first.bin", First));
        using var network = new FakeNetwork(() => new MemoryStream(archive));
        var error = Assert.Throws<InvalidDataException>(() => Fetch(network, Hash(archive)));
        Assert.Contains("second.bin", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_path_in_an_archive_leads_out_of_the_folder()
    {
        byte[] archive = ArchiveMaker.Make(("../../first.bin", First), ("../outside.bin", First), ("second.bin", Second));
        string inner = Directory.CreateDirectory(folder.File("inner")).FullName;
        using var network = new FakeNetwork(() => new MemoryStream(archive));
        new HttpArchive("http://data.invalid/", Hash(archive), Large, [File1, File2], network).Fetch(inner, null, default);
        Assert.All(folder.Names(), name => Assert.StartsWith("inner", name, StringComparison.Ordinal));
    }

    [Fact]
    public void A_refusing_or_unreachable_host_is_a_failed_request()
    {
        using var refusing = new FakeNetwork(() => Stream.Null, HttpStatusCode.NotFound);
        var error = Assert.Throws<HttpRequestException>(() => Fetch(refusing));
        Assert.Contains("404", error.Message, StringComparison.Ordinal);
        using var unreachable = new FakeNetwork(() => throw new HttpRequestException("Name or service not known"));
        Assert.Throws<HttpRequestException>(() => Fetch(unreachable));
        Assert.Empty(folder.Names());
    }

    [Fact]
    public void A_connection_that_breaks_midway_is_an_input_error()
    {
        using var network = new FakeNetwork(() => new MidwayStream(Archive, () => throw new IOException("reset by peer")));
        Assert.Throws<IOException>(() => Fetch(network));
        AssertNoFile();
    }

    [Fact]
    public void Cancelling_ends_a_download_midway()
    {
        using var cancel = new CancellationTokenSource();
        using var network = new FakeNetwork(() => new MidwayStream(Archive, cancel.Cancel));
        Assert.ThrowsAny<OperationCanceledException>(() => Fetch(network, cancellation: cancel.Token));
        AssertNoFile();
    }

    [Fact]
    public void Progress_begins_at_nothing_and_ends_with_everything()
    {
        var reports = new Reports();
        using var network = new FakeNetwork(() => new MemoryStream(Archive));
        Fetch(network, progress: reports);
        var download = reports.Seen.Where(report => report.BytesTotal == Archive.Length).ToArray();
        Assert.Equal(0, download[0].BytesDone);
        Assert.Equal(Archive.Length, download[^1].BytesDone);
        Assert.Contains(reports.Seen, report => report.Stage == "Unpacking");
    }

    /// <summary>Gives the first half in one piece and then does something; a read after that obeys the token.</summary>
    sealed class Unannounced(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }

    sealed class MidwayStream(byte[] bytes, Action midway) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position > 0)
                midway();
            cancellationToken.ThrowIfCancellationRequested();
            return base.ReadAsync(buffer[..Math.Min(buffer.Length, (int)Length / 2)], cancellationToken);
        }
    }

    sealed class Reports : IProgress<DownloadProgress>
    {
        public List<DownloadProgress> Seen { get; } = [];

        public void Report(DownloadProgress value) => Seen.Add(value);
    }
}
