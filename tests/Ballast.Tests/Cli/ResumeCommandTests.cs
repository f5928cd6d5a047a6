using Ballast.Lab;

namespace Ballast.Tests.Cli;

public sealed class ResumeCommandTests : IClassFixture<TrainedRuns>, IDisposable
{
    readonly TemporaryFolder folder = new();
    readonly TrainedRuns runs;
    readonly string records;

    public ResumeCommandTests(TrainedRuns runs)
    {
        this.runs = runs;
        records = runs.Repeated;
    }

    public void Dispose() => folder.Dispose();

    string[] Settings => ["--data", records, "--test-data", SampleRun.Slice, "--epochs", "9", "--log-every", "7", "--checkpoint-every", "80"];

    string[] Arguments(string run) => ["train", .. Settings, "--out", run];

    byte[] Bytes(string run, string name) => File.ReadAllBytes(Path.Combine(folder.File(run), name));

    void AssertSameEnd(string run)
    {
        runs.Copy(folder, "whole", Settings);
        Assert.Equal(Bytes("whole", "weights.safetensors"), Bytes(run, "weights.safetensors"));
        Assert.Equal(Bytes("whole", "checkpoint.safetensors"), Bytes(run, "checkpoint.safetensors"));
        Assert.Equal(
            RunHistory.Read(RunFolder.Open(folder.File("whole"))).Points, RunHistory.Read(RunFolder.Open(folder.File(run))).Points);
    }

    [Fact]
    public void Interrupted_and_resumed_it_ends_with_the_same_bytes()
    {
        if (OperatingSystem.IsWindows())
            return;
        var (code, errors) = BallastProcess.RunUntil(folder, "Starting epoch 3", kill: false, Arguments("run"));
        Assert.Equal(130, code);
        Assert.Equal("Stopped. Continue with: ballast train --resume run\n", errors);
        Assert.False(File.Exists(Path.Combine(folder.File("run"), "weights.safetensors")));

        var (resumed, output, _) = BallastProcess.Run(folder, "train", "--resume", "run");
        Assert.Equal(0, resumed);
        Assert.StartsWith("Starting epoch ", output, StringComparison.Ordinal);
        Assert.DoesNotContain("Starting epoch 1\n", output, StringComparison.Ordinal);
        AssertSameEnd("run");
    }

    [Theory]
    [InlineData(BallastProcess.HangUp, 129)]
    [InlineData(BallastProcess.Terminate, 143)]
    public void A_terminal_that_is_closed_leaves_a_checkpoint_as_any_signal_does(int signal, int expected)
    {
        if (OperatingSystem.IsWindows())
            return;
        var (code, errors) = BallastProcess.RunUntil(folder, "Starting epoch 3", signal, Arguments("run"));
        Assert.Equal((expected, "Stopped. Continue with: ballast train --resume run\n"), (code, errors));
        Assert.True(Checkpoint.Load(Path.Combine(folder.File("run"), "checkpoint.safetensors")).Step > 0);
    }

    [Fact]
    public void Killed_and_resumed_it_ends_with_the_same_bytes()
    {
        BallastProcess.RunUntil(folder, "Starting epoch 4", kill: true, Arguments("runs/20260502-140300-train"));
        // Without a name, the newest one is taken.
        Assert.Equal(0, BallastProcess.Run(folder, "train", "--resume").ExitCode);
        AssertSameEnd("runs/20260502-140300-train");
    }

    // Every kind of setting that a run can have, early stopping and the best weights among them.
    static readonly string[] Everything =
    [
        "conv:4,3,padding=1 batchnorm relu globalavgpool flatten dropout:0.1 linear:10", "--batch-size", "16", "--drop-last", "--optimizer", "sgd",
        "--learning-rate", "0.05", "--momentum", "0.9", "--nesterov", "--weight-decay", "0.001", "--no-decay-norms",
        "--bias-learning-rate-factor", "2", "--schedule", "onecycle:rise=0.4", "--warm-up", "9", "--label-smoothing", "0.1",
        "--class-weights", "1,1,1,1,1,2,2,2,2,2", "--clip-norm", "1", "--clip-value", "0.5", "--crop", "4", "--crop-padding", "reflect",
        "--flip", "alternating", "--cutout", "6", "--standardize", "--prefetch", "2", "--validation", "0.2", "--early-stopping", "40",
        "--keep-best",
    ];

    [Theory]
    [InlineData(false, "--ema", "0.9", "--ema-every", "2", "--ema-warm-up")]
    [InlineData(true, "--swa", "6")]
    public void With_everything_on_it_ends_with_the_same_bytes(bool kill, params string[] average)
    {
        if (OperatingSystem.IsWindows())
            return;
        string[] Command(string run, string threads) => [.. Arguments(run), .. Everything, .. average, "--threads", threads];
        BallastProcess.RunUntil(folder, "Starting epoch 3", kill, Command("run", "1"));
        Assert.Equal(0, BallastProcess.Run(folder, "train", "--resume", "run", "--threads", "2").ExitCode);
        Assert.Equal(0, BallastProcess.Run(folder, Command("whole", "3")).ExitCode);
        foreach (string name in (string[])["weights", "checkpoint", "best"])
            Assert.Equal(Bytes("whole", $"{name}.safetensors"), Bytes("run", $"{name}.safetensors"));
        Assert.Equal(0, BallastProcess.Run(folder, "evaluate", "run", "--weights", "run/best.safetensors").ExitCode);
        var (code, _, errors) = BallastProcess.Run(folder, "train", "--resume", "run", "--epochs", "20");
        Assert.Equal(2, code);
        Assert.Contains("the schedule onecycle:rise=0.4 ends with the run's 9 epochs", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_finished_run_is_shown_again_and_can_be_made_longer_but_not_shorter()
    {
        runs.Copy(folder, "run", "--data", SampleRun.Slice, "--epochs", "2");
        byte[] weights = Bytes("run", "weights.safetensors");
        var (code, output, _) = BallastProcess.Run(folder, "train", "--resume", "run");
        Assert.Equal(0, code);
        Assert.DoesNotContain("Starting", output, StringComparison.Ordinal);
        Assert.Equal(weights, Bytes("run", "weights.safetensors"));
        Assert.Contains("Starting epoch 3", BallastProcess.Run(folder, "train", "--resume", "run", "--epochs", "3").Output, StringComparison.Ordinal);
        Assert.NotEqual(weights, Bytes("run", "weights.safetensors"));
        Assert.Equal(2, BallastProcess.Run(folder, "train", "--resume", "run", "--epochs", "2").ExitCode);
    }

    [Fact]
    public void A_damaged_checkpoint_is_refused_and_left_as_it_is()
    {
        runs.Copy(folder, "run", "--data", SampleRun.Slice, "--epochs", "2");
        string path = Path.Combine(folder.File("run"), "checkpoint.safetensors");
        byte[] cut = File.ReadAllBytes(path)[..1000];
        File.WriteAllBytes(path, cut);
        var (code, _, errors) = BallastProcess.Run(folder, "train", "--resume", "run", "--epochs", "3");
        Assert.Equal(1, code);
        Assert.Contains("checkpoint.safetensors", errors, StringComparison.Ordinal);
        Assert.Contains("truncated", errors, StringComparison.Ordinal);
        Assert.Equal(cut, File.ReadAllBytes(path));
    }
}
