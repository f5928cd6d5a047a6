using System.Security.Cryptography;

namespace Ballast.Tests;

public sealed class DataCacheTests : IDisposable
{
    static readonly byte[] First = [1, 2, 3, 4, 5];
    static readonly byte[] Second = [6, 7, 8];

    static readonly DataFile[] Files = [Describe("first.bin", First), Describe("second.bin", Second)];

    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    static DataFile Describe(string name, byte[] content) =>
        new(name, content.Length, Convert.ToHexStringLower(SHA256.HashData(content)));

    static void WriteBoth(string attempt)
    {
        File.WriteAllBytes(Path.Combine(attempt, "first.bin"), First);
        File.WriteAllBytes(Path.Combine(attempt, "second.bin"), Second);
    }

    static FakeSource Good(string name = "good") => new(name, (attempt, _) => WriteBoth(attempt));

    DataCache Cache(params FakeSource[] sources) => new("Two files", folder.Path, Files, sources);

    static MappedFile[] Open(DataCache cache, bool download = true) => cache.Open(Files, download, null, default);

    void AssertEmpty() => Assert.Empty(folder.Names());

    void AssertGood()
    {
        Assert.Equal(["first.bin", "second.bin"], folder.Names());
        Assert.Equal(First, File.ReadAllBytes(folder.File("first.bin")));
        Assert.Equal(Second, File.ReadAllBytes(folder.File("second.bin")));
    }

    [Fact]
    public void What_is_missing_is_brought_checked_and_opened()
    {
        var source = Good();
        var files = Open(Cache(source));
        AssertGood();
        Assert.True(files[0].Bytes.SequenceEqual(First));
        Assert.True(files[1].Bytes.SequenceEqual(Second));
        Open(Cache(source));
        Assert.Equal(1, source.Fetches);
    }

    public static TheoryData<string> Failures() => ["short", "long", "altered", "one missing", "full disk", "no network",
        "refused", "its own time limit", "damaged archive", "a folder in place of a file"];

    static FakeSource Failing(string how) => new(how, (attempt, _) =>
    {
        WriteBoth(attempt);
        string second = Path.Combine(attempt, "second.bin");
        switch (how)
        {
            case "short":
                File.WriteAllBytes(second, Second[..2]);
                break;
            case "long":
                File.WriteAllBytes(second, [.. Second, 0]);
                break;
            case "altered":
                File.WriteAllBytes(second, [6, 7, 9]);
                break;
            case "one missing":
                File.Delete(second);
                break;
            case "full disk":
                File.WriteAllBytes(second, Second[..1]);
                throw new IOException("No space left on device");
            case "no network":
                throw new HttpRequestException("Name or service not known");
            case "refused":
                throw new UnauthorizedAccessException("Access to the path is denied.");
            case "its own time limit":
                throw new TaskCanceledException("too slow");
            case "damaged archive":
                throw new InvalidDataException("the archive is damaged");
            case "a folder in place of a file":
                File.Delete(second);
                Directory.CreateDirectory(second);
                break;
        }
    });

    [Theory]
    [MemberData(nameof(Failures))]
    public void A_failed_fetch_leaves_nothing_behind_and_says_why(string how)
    {
        var error = Assert.Throws<IOException>(() => Open(Cache(Failing(how))));
        AssertEmpty();
        Assert.Contains($"1. {how}: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(folder.Path, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public void After_a_failed_source_the_next_one_is_asked(string how)
    {
        Open(Cache(Failing(how), Good()));
        AssertGood();
    }

    [Fact]
    public void When_all_sources_fail_the_message_lists_each_with_its_reason()
    {
        var error = Assert.Throws<IOException>(() => Open(Cache(Failing("no network"), Failing("altered"))));
        Assert.Contains("1. no network: Name or service not known", error.Message, StringComparison.Ordinal);
        Assert.Contains($"2. altered: it brought a wrong second.bin: expected the SHA-256 {Files[1].Sha256}, found ",
            error.Message, StringComparison.Ordinal);
        Assert.Contains("put first.bin, second.bin into " + folder.Path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cancelling_midway_leaves_nothing_behind_and_asks_no_other_source()
    {
        using var cancel = new CancellationTokenSource();
        var cancelled = new FakeSource("cancelled", (attempt, token) =>
        {
            WriteBoth(attempt);
            cancel.Cancel();
            token.ThrowIfCancellationRequested();
        });
        var next = Good();
        Assert.Throws<OperationCanceledException>(() => Cache(cancelled, next).Open(Files, true, null, cancel.Token));
        AssertEmpty();
        Assert.Equal(0, next.Fetches);
    }

    [Fact]
    public void A_source_that_does_not_look_at_the_cancellation_is_not_believed_either()
    {
        using var cancel = new CancellationTokenSource();
        var deaf = new FakeSource("deaf", (attempt, _) =>
        {
            WriteBoth(attempt);
            cancel.Cancel();
        });
        Assert.Throws<OperationCanceledException>(() => Cache(deaf).Fetch(force: true, null, cancel.Token));
        AssertEmpty();
    }

    [Fact]
    public void A_fault_in_a_source_is_not_hidden_and_leaves_nothing_behind()
    {
        var faulty = new FakeSource("faulty", (attempt, _) =>
        {
            WriteBoth(attempt);
            throw new DivideByZeroException();
        });
        Assert.Throws<DivideByZeroException>(() => Open(Cache(faulty, Good())));
        AssertEmpty();
    }

    [Fact]
    public void What_a_killed_process_left_is_never_used_and_is_cleared_away_after_a_day()
    {
        string killed = Directory.CreateDirectory(folder.File(".fetch-killed")).FullName;
        File.WriteAllBytes(Path.Combine(killed, "first.bin"), First[..3]);
        Assert.Throws<IOException>(() => Open(Cache(Failing("no network"))));
        Assert.Equal([".fetch-killed", ".fetch-killed/first.bin"], folder.Names().Select(name => name.Replace('\\', '/')));

        Directory.SetLastWriteTimeUtc(killed, DateTime.UtcNow.AddDays(-2));
        Open(Cache(Good()));
        AssertGood();
    }

    [Theory]
    [InlineData(new byte[] { 6, 7 }, "expected 3 bytes, found 2")]
    [InlineData(new byte[0], "expected 3 bytes, found 0")]
    [InlineData(new byte[] { 6, 7, 9 }, "expected the SHA-256")]
    public void A_damaged_file_is_refused_by_name_and_stays(byte[] content, string said)
    {
        Open(Cache(Good()));
        Replace("second.bin", content);
        var source = Good();
        var error = Assert.Throws<InvalidDataException>(() => Open(Cache(source)));
        Assert.StartsWith(folder.File("second.bin") + " is damaged: " + said, error.Message, StringComparison.Ordinal);
        Assert.Contains("ballast data fetch", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, source.Fetches);
        Assert.Equal(content, File.ReadAllBytes(folder.File("second.bin")));
    }

    [Fact]
    public void A_damaged_file_is_refused_before_a_missing_one_is_downloaded()
    {
        File.WriteAllBytes(folder.File("second.bin"), [1]);
        var source = Good();
        Assert.Throws<InvalidDataException>(() => Open(Cache(source)));
        Assert.Equal(0, source.Fetches);
    }

    [Fact]
    public void Fetching_replaces_what_is_damaged_and_keeps_what_is_good()
    {
        Open(Cache(Good()));
        Replace("second.bin", [0]);
        var kept = File.GetLastWriteTimeUtc(folder.File("first.bin"));
        Cache(Good()).Fetch(force: false, null, default);
        AssertGood();
        Assert.Equal(kept, File.GetLastWriteTimeUtc(folder.File("first.bin")));
        Assert.True(Open(Cache())[1].Bytes.SequenceEqual(Second));
    }

    [Fact]
    public void Fetching_a_good_cache_asks_nobody_unless_forced()
    {
        Open(Cache(Good()));
        var source = Good();
        Cache(source).Fetch(force: false, null, default);
        Assert.Equal(0, source.Fetches);
        Cache(source).Fetch(force: true, null, default);
        Assert.Equal(1, source.Fetches);
        AssertGood();
    }

    [Fact]
    public void A_forced_fetch_that_fails_keeps_the_good_files()
    {
        Open(Cache(Good()));
        Assert.Throws<IOException>(() => Cache(Failing("altered")).Fetch(force: true, null, default));
        AssertGood();
    }

    [Fact]
    public void Without_permission_to_download_the_missing_files_are_named()
    {
        File.WriteAllBytes(folder.File("first.bin"), First);
        var source = Good();
        var error = Assert.Throws<IOException>(() => Open(Cache(source), download: false));
        Assert.StartsWith($"Two files: second.bin missing in {folder.Path}.", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, source.Fetches);
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_named()
    {
        File.WriteAllBytes(folder.File("taken"), []);
        var cache = new DataCache("Two files", Path.Combine(folder.File("taken"), "inside"), Files, [Good()]);
        var error = Assert.Throws<IOException>(() => Open(cache));
        Assert.Contains("cannot be written", error.Message, StringComparison.Ordinal);
        Assert.Contains("BALLAST_DATA", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Many_fetches_at_once_all_end_with_the_same_good_files()
    {
        using var together = new Barrier(4);
        var threads = Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(() => Open(Cache(new FakeSource("slow",
            (attempt, _) =>
            {
                WriteBoth(attempt);
                together.SignalAndWait(CancellationToken.None);
            }))), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        foreach (var files in threads.Select(thread => thread.Result))
        {
            Assert.True(files[0].Bytes.SequenceEqual(First));
            Assert.True(files[1].Bytes.SequenceEqual(Second));
        }

        AssertGood();
    }

    [Fact]
    public void Inspecting_tells_missing_good_and_damaged_apart()
    {
        File.WriteAllBytes(folder.File("second.bin"), [6, 7, 9]);
        var found = Cache().Inspect();
        Assert.Equal((DataFileState.Missing, null, null), (found[0].State, found[0].Size, found[0].Sha256));
        Assert.Equal((DataFileState.Damaged, 3L, Describe("", [6, 7, 9]).Sha256), (found[1].State, found[1].Size, found[1].Sha256));

        Replace("second.bin", [6]);
        Assert.Equal((DataFileState.Damaged, 1L, null), Cache().Inspect() is [_, var cut] ? (cut.State, cut.Size, cut.Sha256) : default);

        Cache(Good()).Fetch(force: false, null, default);
        Assert.All(Cache().Inspect(), file => Assert.Equal(DataFileState.Good, file.State));
        Assert.All(Cache().Inspect(), file => Assert.Equal(file.ExpectedSha256, file.Sha256));
    }

    [Fact]
    public void A_mapping_is_made_once_and_again_only_for_a_new_file()
    {
        var source = Good();
        var before = Open(Cache(source));
        Assert.Same(before[0], Open(Cache(source))[0]);

        Cache(source).Fetch(force: true, null, default);
        File.SetLastWriteTimeUtc(folder.File("first.bin"), DateTime.UtcNow.AddSeconds(7));
        var after = Open(Cache(source));
        Assert.NotSame(before[0], after[0]);
        Assert.True(before[0].Bytes.SequenceEqual(after[0].Bytes));      // the old one still stands
    }

    [Fact]
    public void Progress_reaches_the_caller()
    {
        var stages = new Stages();
        Cache(Good("slow boat")).Fetch(force: false, stages, default);
        Assert.Equal(["slow boat"], stages.Seen);
    }

    // As every writer of the cache does: a new file, renamed over the old one.
    void Replace(string name, byte[] content)
    {
        File.WriteAllBytes(folder.File("new"), content);
        File.Move(folder.File("new"), folder.File(name), overwrite: true);
    }

    sealed class Stages : IProgress<DownloadProgress>
    {
        public List<string> Seen { get; } = [];

        public void Report(DownloadProgress value) => Seen.Add(value.Stage);
    }
}
