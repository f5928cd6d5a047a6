using System.Diagnostics;
using Ballast.Lab;

namespace Ballast.Tests.Cli;

/// <summary>Processes that share a folder, and processes that are killed.</summary>
public sealed class OwnedFolderTests : IDisposable
{
    readonly TemporaryFolder folder = new();
    readonly string records;

    public OwnedFolderTests() => records = SampleRun.Repeat(folder);

    public void Dispose() => folder.Dispose();

    string[] Train(string run, int epochs = 8) =>
    [
        "train", "flatten linear:32 batchnorm relu linear:10", "--data", records, "--test-data", SampleRun.Slice,
        "--epochs", $"{epochs}", "--log-every", "7", "--checkpoint-every", "20", "--out", run,
    ];

    void AssertRefused(Process owner, string path, params string[] arguments)
    {
        var (code, _, errors) = BallastProcess.Run(folder, arguments);
        Assert.Equal(1, code);
        Assert.StartsWith($"error: {path} is in use by process {owner.Id} on {Environment.MachineName}, since ", errors, StringComparison.Ordinal);
        Assert.EndsWith(" UTC. Wait for it or stop it, or choose another folder.\n", errors, StringComparison.Ordinal);
    }

    static void WaitFor(Process process, string line)
    {
        while (process.StandardOutput.ReadLine() is { } read && !read.StartsWith(line, StringComparison.Ordinal))
        {
        }
    }

    static void Kill(Process process)
    {
        process.Kill();
        process.WaitForExit();
    }

    [Fact]
    public void A_run_that_is_still_running_is_not_resumed_by_another_process_and_a_killed_one_is()
    {
        using (var first = BallastProcess.Start(folder, Train("run", epochs: 5000)))
        {
            WaitFor(first, "Starting epoch 2");
            AssertRefused(first, "run", "train", "--resume", "run");
            AssertRefused(first, "run", "train", "--resume", "run", "--epochs", "6000");
            string metrics = File.ReadAllText(Path.Combine(folder.File("run"), "metrics.jsonl"));
            WaitFor(first, "Starting epoch ");
            Assert.StartsWith(metrics, File.ReadAllText(Path.Combine(folder.File("run"), "metrics.jsonl")), StringComparison.Ordinal);
            Kill(first);
        }

        using var resumed = RunFolder.Open(folder.File("run")).Own();
        Assert.Equal(5000, resumed.Record.Settings.Epochs);
    }

    [Fact]
    public void A_comparison_that_is_still_running_is_not_resumed_nor_are_its_runs()
    {
        using var first = BallastProcess.Start(folder, "compare", "--data", records, "--test-data", SampleRun.Slice, "--epochs", "5000", "--out", "both");
        WaitFor(first, "Starting epoch 1");
        AssertRefused(first, "both", "compare", "--resume", "both");
        AssertRefused(first, "both/with", "train", "--resume", "both/with");
        Kill(first);
    }

    [Fact]
    public void A_folder_of_a_run_that_never_began_is_not_the_newest_run()
    {
        Directory.CreateDirectory(folder.File("runs/20260502-140300-train"));
        File.WriteAllText(folder.File("runs/20260502-140300-train/.lock"), "");
        Assert.Equal(
            (2, "", "error: There is no run in runs/ to resume. Name its folder: --resume DIR.\nSee ballast train --help.\n"),
            BallastProcess.Run(folder, "train", "--resume"));
    }

    // Killed between the last line and the folder's being given back.
    [Fact]
    public void What_a_process_leaves_that_was_killed_at_the_very_end_goes_when_the_finished_run_is_shown()
    {
        string run = folder.File("run");
        Assert.Equal(0, BallastCommand.Run(folder, Train("run", epochs: 1)).ExitCode);
        string[] files = [.. Directory.EnumerateFileSystemEntries(run).Order(StringComparer.Ordinal)];
        var written = File.GetLastWriteTimeUtc(Path.Combine(run, "report.html"));
        File.WriteAllText(Path.Combine(run, ".owner"), "process 1 on nowhere\n");
        File.WriteAllText(Path.Combine(run, ".report.html.ab12cd34.xyz.tmp"), "half");
        Assert.Equal(0, BallastCommand.Run(folder, "train", "--resume", "run").ExitCode);
        Assert.Equal(files, Directory.EnumerateFileSystemEntries(run).Order(StringComparer.Ordinal));
        Assert.Equal(written, File.GetLastWriteTimeUtc(Path.Combine(run, "report.html")));
    }

    [Fact]
    public async Task Killed_at_any_moment_a_run_goes_on_to_the_same_end_and_leaves_nothing_else()
    {
        var moments = new Random(7);
        string run = folder.File("run");
        int resumed = 0;
        for (int kill = 0; kill < 7; kill++)
        {
            bool begun = File.Exists(Path.Combine(run, "run.json"));
            resumed += begun ? 1 : 0;
            using var process = BallastProcess.Start(folder, begun ? ["train", "--resume", "run"] : Train("run"));
            // The first ones while they begin, the others while they train.
            if (kill > 2)
                WaitFor(process, "Starting epoch");
            await Task.WhenAny(process.WaitForExitAsync(), Task.Delay(kill > 2 ? moments.Next(120) : 150 + moments.Next(450)));
            Kill(process);
        }

        Assert.True(resumed > 0);
        var (code, _, errors) = BallastProcess.Run(folder, "train", "--resume", "run");
        Assert.True(code == 0, errors);
        Assert.Equal(0, BallastProcess.Run(folder, Train("whole")).ExitCode);
        foreach (string name in (string[])["weights.safetensors", "checkpoint.safetensors"])
            Assert.Equal(File.ReadAllBytes(Path.Combine(folder.File("whole"), name)), File.ReadAllBytes(Path.Combine(run, name)));
        Assert.Equal(
            RunHistory.Read(RunFolder.Open(folder.File("whole"))).Points, RunHistory.Read(RunFolder.Open(run)).Points);
        Assert.Equal(
            [".lock", "activations.jsonl", "checkpoint.safetensors", "metrics.jsonl", "report.html", "run.json", "weights.safetensors"],
            Directory.EnumerateFileSystemEntries(run).Select(static entry => Path.GetFileName(entry)).Order(StringComparer.Ordinal));
    }
}
