namespace Ballast.Tests.Data;

public sealed class DataCacheTests : DataCacheFixture
{
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
        Assert.StartsWith(Folder.File("second.bin") + " is damaged: " + said, error.Message, StringComparison.Ordinal);
        Assert.Contains("ballast data fetch", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, source.Fetches);
        Assert.Equal(content, File.ReadAllBytes(Folder.File("second.bin")));
    }

    [Fact]
    public void A_damaged_file_is_refused_before_a_missing_one_is_downloaded()
    {
        File.WriteAllBytes(Folder.File("second.bin"), [1]);
        var source = Good();
        Assert.Throws<InvalidDataException>(() => Open(Cache(source)));
        Assert.Equal(0, source.Fetches);
    }

    [Fact]
    public void Fetching_replaces_what_is_damaged_and_keeps_what_is_good()
    {
        Open(Cache(Good()));
        Replace("second.bin", [0]);
        var kept = File.GetLastWriteTimeUtc(Folder.File("first.bin"));
        Cache(Good()).Fetch(force: false, null, default);
        AssertGood();
        Assert.Equal(kept, File.GetLastWriteTimeUtc(Folder.File("first.bin")));
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
    public void Without_permission_to_download_the_missing_files_are_named()
    {
        File.WriteAllBytes(Folder.File("first.bin"), First);
        var source = Good();
        var error = Assert.Throws<IOException>(() => Open(Cache(source), download: false));
        Assert.StartsWith($"Two files: second.bin missing in {Folder.Path}.", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, source.Fetches);
    }

    [Fact]
    public void Without_permission_to_download_only_what_is_at_hand_is_asked()
    {
        var far = Good();
        var near = new FakeSource("near", (attempt, _) => WriteBoth(attempt), atHand: true);
        Open(Cache(far, near), download: false);
        Assert.Equal((0, 1), (far.Fetches, near.Fetches));
        AssertGood();
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
        File.WriteAllBytes(Folder.File("second.bin"), [6, 7, 9]);
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
        File.SetLastWriteTimeUtc(Folder.File("first.bin"), DateTime.UtcNow.AddSeconds(7));
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

    sealed class Stages : IProgress<DownloadProgress>
    {
        public List<string> Seen { get; } = [];

        public void Report(DownloadProgress value) => Seen.Add(value.Stage);
    }
}
