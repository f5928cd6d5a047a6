namespace Ballast.Tests.Data;

// Whatever goes wrong on the way, nothing may be left that a later start takes for good.
public sealed class DataCacheFailureTests : DataCacheFixture
{
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
        Assert.Contains(Folder.Path, error.Message, StringComparison.Ordinal);
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
        Assert.Contains("put first.bin, second.bin into " + Folder.Path, error.Message, StringComparison.Ordinal);
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
        string killed = Directory.CreateDirectory(Folder.File(".fetch-killed")).FullName;
        File.WriteAllBytes(Path.Combine(killed, "first.bin"), First[..3]);
        Assert.Throws<IOException>(() => Open(Cache(Failing("no network"))));
        Assert.Equal([".fetch-killed", ".fetch-killed/first.bin"], Folder.Names().Select(name => name.Replace('\\', '/')));

        Directory.SetLastWriteTimeUtc(killed, DateTime.UtcNow.AddDays(-2));
        Open(Cache(Good()));
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
    public void A_folder_that_cannot_be_made_is_named()
    {
        File.WriteAllBytes(Folder.File("taken"), []);
        var cache = new DataCache("Two files", Path.Combine(Folder.File("taken"), "inside"), Files, [Good()]);
        var error = Assert.Throws<IOException>(() => Open(cache));
        Assert.Contains("cannot be written", error.Message, StringComparison.Ordinal);
        Assert.Contains("BALLAST_DATA", error.Message, StringComparison.Ordinal);
    }
}
