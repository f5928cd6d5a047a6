namespace Ballast.Tests.Formats;

public sealed class AtomicFileTests : IDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ballast-tests-");

    public void Dispose() => folder.Delete(recursive: true);

    string PathOf(string name) => Path.Combine(folder.FullName, name);

    string[] Names() => [.. folder.EnumerateFileSystemInfos().Select(info => info.Name).Order()];

    [Fact]
    public void A_new_file_gets_its_content_and_nothing_else_stays()
    {
        AtomicFile.Write(PathOf("a.bin"), stream => stream.Write("new"u8));
        Assert.Equal("new", File.ReadAllText(PathOf("a.bin")));
        Assert.Equal(["a.bin"], Names());
    }

    [Theory]
    [InlineData("folder", "a folder")]
    [InlineData("pipe", "a pipe")]
    [InlineData("link-to-pipe", "a pipe")]
    [InlineData("link-to-null", "a device")]
    [InlineData("link-to-full", "a device")]
    public void What_is_no_file_is_refused_before_anything_is_written(string name, string kind)
    {
        if (!OperatingSystem.IsLinux())
            return;
        Directory.CreateDirectory(PathOf("folder"));
        using (var made = System.Diagnostics.Process.Start("mkfifo", PathOf("pipe")))
            made.WaitForExit();
        File.CreateSymbolicLink(PathOf("link-to-pipe"), PathOf("pipe"));
        File.CreateSymbolicLink(PathOf("link-to-null"), "/dev/null");
        File.CreateSymbolicLink(PathOf("link-to-full"), "/dev/full");
        string[] before = Names();
        bool written = false;
        var failure = Assert.Throws<IOException>(() => AtomicFile.Write(PathOf(name), _ => written = true));
        Assert.Equal(
            $"Cannot write {PathOf(name)}: it is {kind}, and only a file can be replaced. Name a file that is new or may be replaced.",
            failure.Message);
        Assert.False(written);
        Assert.Equal(before, Names());
    }

    [Theory]
    [InlineData("/dev/null")]
    [InlineData("/dev/stdout")]
    [InlineData("/dev/fd/1")]
    [InlineData("/proc/self/fd/1")]
    public void A_device_of_the_system_is_not_replaced(string path)
    {
        if (OperatingSystem.IsWindows() || !Path.Exists(path))
            return;
        var failure = Assert.Throws<IOException>(() => WriteTo(path));
        Assert.Equal(
            $"Cannot write {path}: it is a device, and only a file can be replaced. Name a file that is new or may be replaced.",
            failure.Message);
    }

    // The writer fails before a device of this machine could be replaced.
    static void WriteTo(string path) =>
        AtomicFile.Write(path, static _ => throw new InvalidOperationException("It was about to be written."));

    [Fact]
    public void An_old_file_is_replaced_whole()
    {
        File.WriteAllText(PathOf("a.bin"), "a long old content");
        AtomicFile.Write(PathOf("a.bin"), stream => stream.Write("new"u8));
        Assert.Equal("new", File.ReadAllText(PathOf("a.bin")));
        Assert.Equal(["a.bin"], Names());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_failure_in_the_middle_changes_nothing(bool existed)
    {
        if (existed)
            File.WriteAllText(PathOf("a.bin"), "old");
        var failure = Assert.Throws<IOException>(() => AtomicFile.Write(PathOf("a.bin"), stream =>
        {
            stream.Write(new byte[1 << 20]);
            throw new IOException("No space left on device");
        }));
        Assert.Contains("No space left", failure.Message);
        Assert.Equal(existed ? ["a.bin"] : [], Names());
        Assert.Equal(existed, File.Exists(PathOf("a.bin")) && File.ReadAllText(PathOf("a.bin")) == "old");
    }

    [Fact]
    public void The_old_content_is_there_until_the_new_one_is_complete()
    {
        File.WriteAllText(PathOf("a.bin"), "old");
        AtomicFile.Write(PathOf("a.bin"), stream =>
        {
            stream.Write("new"u8);
            stream.Flush();
            Assert.Equal("old", File.ReadAllText(PathOf("a.bin")));
        });
        Assert.Equal("new", File.ReadAllText(PathOf("a.bin")));
    }

    [Fact]
    public void A_folder_in_the_way_is_reported_and_stays()
    {
        folder.CreateSubdirectory("a.bin");
        Assert.ThrowsAny<SystemException>(() => AtomicFile.Write(PathOf("a.bin"), stream => stream.WriteByte(1)));
        Assert.Equal(["a.bin"], Names());
    }

    [Fact]
    public void A_missing_folder_is_named()
    {
        var failure = Assert.Throws<DirectoryNotFoundException>(
            () => AtomicFile.Write(Path.Combine(PathOf("missing"), "a.bin"), _ => { }));
        Assert.Contains("missing", failure.Message);
    }

    [Fact]
    public void A_symbolic_link_is_replaced_and_its_target_is_left_alone()
    {
        if (OperatingSystem.IsWindows())
            return;
        File.WriteAllText(PathOf("target.bin"), "old");
        File.CreateSymbolicLink(PathOf("link.bin"), "target.bin");
        AtomicFile.Write(PathOf("link.bin"), stream => stream.Write("new"u8));
        Assert.Null(new FileInfo(PathOf("link.bin")).LinkTarget);
        Assert.Equal("new", File.ReadAllText(PathOf("link.bin")));
        Assert.Equal("old", File.ReadAllText(PathOf("target.bin")));
        Assert.Equal(["link.bin", "target.bin"], Names());
    }

    [Fact]
    public void What_killed_programs_left_of_the_same_file_goes_once_it_is_a_day_old()
    {
        string[] left = [".a.bin.abcdefgh.1j2.tmp", ".a.bin.abcdefgh.1j3.tmp", ".b.bin.abcdefgh.1j2.tmp", ".a.bin.notes.tmp"];
        foreach (string name in left)
        {
            File.WriteAllText(PathOf(name), "left");
            File.SetLastWriteTimeUtc(PathOf(name), DateTime.UtcNow - TimeSpan.FromHours(name == left[1] ? 23 : 25));
        }

        AtomicFile.Write(PathOf("a.bin"), stream => stream.Write("new"u8));
        Assert.Equal(((string[])["a.bin", .. left[1..]]).Order(), Names());
        AtomicFile.RemoveTemporaries(folder.FullName);
        Assert.Equal([".a.bin.notes.tmp", "a.bin"], Names());
    }
}
