using Ballast.Lab;

namespace Ballast.Tests.Lab;

/// <summary>A comparison as the tutorial's run leaves it; the last epoch's lines are PyTorch's with seed 42.</summary>
static class SampleComparison
{
    static readonly double[] With =
        [1.57404, 1.57378, 1.55367, 1.56329, 1.56161, 1.59731, 1.59209, 1.55175, 1.58888, 1.57484];

    static readonly double[] Without =
        [1.67004, 1.65578, 1.65267, 1.63329, 1.64361, 1.66431, 1.64809, 1.62275, 1.64588, 1.64284];

    public static ComparisonReport Complete { get; } = new()
    {
        With = Curve(With, testLoss: 1.4666, accuracy: 0.4788, seconds: 2.84),
        Without = Curve(Without, testLoss: 1.62495, accuracy: 0.4256, seconds: 2.43),
        Epochs = 5,
        StepsPerEpoch = 5000,
        BatchSize = 10,
        Seed = 42,
        Network = TutorialComparison.Network(3072),
        Published = TutorialComparison.Published,
        Caveats = TutorialComparison.Caveats,
        Settings = [new("Optimizer", "Adam"), new("Learning rate", "0.0001")],
        Provenance = new()
        {
            BallastVersion = "0.1.0",
            DotNetVersion = "10.0.4",
            Processor = "a processor",
            Threads = 2,
            VectorBits = 512,
            OperatingSystem = "an operating system",
            Date = new DateTimeOffset(2026, 5, 2, 14, 3, 0, TimeSpan.FromHours(2)),
            CommandLine = "ballast compare --seed 42",
            Data = [new("data_batch_1.bin", new string('a', 64))],
        },
    };

    /// <summary>The first points of a run, as if it had been stopped behind them.</summary>
    public static RunCurve First(RunCurve? run, int points) => new() { Points = [.. run!.Points.Take(points)] };

    /// <summary>A run with the given losses, ten points to an epoch.</summary>
    public static RunCurve Losses(params double[] losses) =>
        new() { Points = [.. losses.Select((loss, i) => new LossPoint((i + 1) * 500, (i / 10) + 1, loss))] };

    static RunCurve Curve(double[] last, double testLoss, double accuracy, double seconds)
    {
        double[] before = [.. Enumerable.Range(0, 40).Select(i => last[0] + (0.5 / (1 + i)))];
        return Losses([.. before, .. last]) with
        {
            TestLoss = testLoss,
            TestAccuracy = accuracy,
            TrainingSeconds = seconds,
            ImagesPerSecond = 250_000 / seconds,
        };
    }
}
