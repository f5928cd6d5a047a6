using System.Text.RegularExpressions;
using Ballast.Lab;

namespace Ballast.Tests.Lab;

public sealed class FolderLockTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_folder_has_one_owner_which_is_named_to_the_others()
    {
        using (FolderLock.Take(folder.Path))
        {
            string message = Assert.Throws<IOException>(() => FolderLock.Take(folder.Path)).Message;
            Assert.Matches(
                $"^{Regex.Escape(folder.Path)} is in use by process {Environment.ProcessId} on {Regex.Escape(Environment.MachineName)}, "
                + @"since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\. Wait for it or stop it, or choose another folder\.$", message);
        }

        Assert.Equal([".lock"], folder.Names());
        FolderLock.Take(folder.Path).Dispose();
    }

    [Fact]
    public void Taking_a_folder_removes_what_a_killed_owner_left()
    {
        foreach (string name in (string[])[".owner", ".checkpoint.safetensors.abcdefgh.1j2.tmp", ".notes.tmp", "checkpoint.safetensors"])
            File.WriteAllText(folder.File(name), "left");
        FolderLock.Take(folder.Path).Dispose();
        Assert.Equal([".lock", ".notes.tmp", "checkpoint.safetensors"], folder.Names());
    }

    [Fact]
    public void A_link_in_the_locks_place_is_refused_and_not_followed()
    {
        if (OperatingSystem.IsWindows())
            return;
        File.CreateSymbolicLink(folder.File(".lock"), folder.File("elsewhere"));
        Assert.Equal(
            $"{folder.File(".lock")} is a symbolic link. Delete it: Ballast makes a file of that name itself.",
            Assert.Throws<IOException>(() => FolderLock.Take(folder.Path)).Message);
        Assert.False(File.Exists(folder.File("elsewhere")));
    }

    [Fact]
    public void A_run_or_study_that_was_killed_before_it_had_begun_leaves_a_folder_that_can_be_taken()
    {
        foreach (string name in (string[])["run", "study"])
        {
            Directory.CreateDirectory(folder.File(name));
            foreach (string left in (string[])[".lock", ".owner", ".run.json.abcdefgh.1j2.tmp"])
                File.WriteAllText(Path.Combine(folder.File(name), left), "");
        }

        Assert.Equal(
            $"{folder.File("run")} holds no run yet: its command was stopped before it wrote run.json. Begin the run anew, in this folder or another.",
            Assert.Throws<FileNotFoundException>(() => RunFolder.Open(folder.File("run"))).Message);
        SampleRun.Folder(folder.File("run"), SampleRun.Settings).Dispose();
        SampleStudy.Begin(folder.File("study"), SampleStudy.Define("placement")).Dispose();
        Assert.Equal(
            ["run", "run/.lock", "run/run.json", "study", "study/.lock", "study/study.json"],
            folder.Names().Select(static name => name.Replace('\\', '/')));
    }

    [Fact]
    public void A_run_is_changed_by_its_owner_only()
    {
        using var owner = SampleRun.Folder(folder.File("run"), SampleRun.Settings);
        using var other = RunFolder.Open(folder.File("run"));
        Assert.Contains("is in use by process ", Assert.Throws<IOException>(other.Own).Message, StringComparison.Ordinal);
        Assert.Contains("is in use by process ", Assert.Throws<IOException>(() => SampleRun.Resume(other)).Message, StringComparison.Ordinal);
        var changed = other.Record with { Settings = SampleRun.Settings with { Epochs = 9 } };
        Assert.Contains("is in use by process ", Assert.Throws<IOException>(() => other.Update(changed)).Message, StringComparison.Ordinal);
        owner.Update(changed);
        owner.Dispose();
        Assert.Equal(9, other.Own().Record.Settings.Epochs);
    }

    [Fact]
    public void A_report_is_not_written_through_a_planted_link()
    {
        if (OperatingSystem.IsWindows())
            return;
        File.WriteAllText(folder.File("victim"), "mine");
        foreach (string name in (string[])["report.html", "report.html.unfinished"])
            File.CreateSymbolicLink(folder.File(name), folder.File("victim"));
        ReportPage.Write("<p>page</p>", folder.File("report.html"));
        Assert.Equal("mine", File.ReadAllText(folder.File("victim")));
        Assert.Equal("<p>page</p>", File.ReadAllText(folder.File("report.html")));
    }
}
