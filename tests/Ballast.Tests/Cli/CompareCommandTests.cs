namespace Ballast.Tests.Cli;

public sealed class CompareCommandTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    static string[] Arguments(string data, int epochs) =>
        ["compare", "--data", data, "--test-data", SampleRun.Slice, "--epochs", $"{epochs}", "--log-every", "10", "--out", "run"];

    [Fact]
    public void It_prints_both_runs_and_a_table_and_leaves_a_report()
    {
        var (code, output, errors) = BallastCommand.Run(folder, Arguments(SampleRun.Slice, 1));
        Assert.Equal((0, ""), (code, errors));
        Assert.Matches(
            """
            ^With batch normalization
            Starting epoch 1
            Loss after mini-batch    10: 2\.370
            Loss after mini-batch    20: 2\.259
            Epoch 1: loss 2\.315, accuracy \d+\.\d %

            Without batch normalization
            Starting epoch 1
            Loss after mini-batch    10: 2\.308
            Loss after mini-batch    20: 2\.312
            Epoch 1: loss 2\.310, accuracy \d+\.\d %

            """.ReplaceLineEndings("\n"), output);
        Assert.Matches(@"\| Mean loss of epoch 1 +\|  2\.315 \|   2\.310 \|", output);
        Assert.Matches(@"\| Accuracy on the test images +\|", output);
        Assert.DoesNotContain("PyTorch", output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', output);
        Assert.True(output.All(char.IsAscii));
        Assert.EndsWith($"Report: {Path.Combine("run", "report.html")}\n", output, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(folder.File("run"), "report.html")));
    }

    [Fact]
    public void Interrupted_it_reports_what_there_is_and_can_go_on()
    {
        if (OperatingSystem.IsWindows())
            return;
        var (code, errors) = BallastProcess.RunUntil(folder, "Starting epoch 3", kill: false, Arguments(SampleRun.Repeat(folder), 12));
        Assert.Equal((130, "Stopped. Continue with: ballast compare --resume run\n"), (code, errors));
        Assert.True(File.Exists(Path.Combine(folder.File("run"), "report.html")));
        Assert.False(Directory.Exists(Path.Combine(folder.File("run"), "without")));
        var (resumed, output, _) = BallastCommand.Run(folder, "compare", "--resume", "run");
        Assert.Equal(0, resumed);
        Assert.Contains("Without batch normalization", output, StringComparison.Ordinal);
        Assert.Contains("Mean loss of epoch 12", output, StringComparison.Ordinal);
    }
}
