namespace Ballast.Cli;

/// <summary>How the help of <c>ballast train</c> groups its options.</summary>
static class TrainHelp
{
    /// <summary>The groups, each with its options in the order in which they are listed.</summary>
    public static IReadOnlyList<(string Title, string[] Options)> Groups { get; } =
    [
        ("Network and recipe", ["--model", "--recipe"]),
        ("A trained network to begin with", ["--from", "--body", "--norms", "--body-learning-rate", "--cut", "--feature-memory"]),
        ("Data", ["--data", "--test-data", "--size", "--stretch", "--gray", "--background", "--skip-broken",
            "--standardize", "--mean", "--std", "--crop", "--crop-padding", "--flip", "--cutout", "--prefetch"]),
        ("Tables and series", ["--target", "--task", "--ignore", "--time", "--members", "--window", "--horizon", "--stride", "--lstm"]),
        ("Training", ["--epochs", "--batch-size", "--drop-last", "--seed", "--loss", "--label-smoothing", "--class-weights"]),
        ("Optimizer", ["--optimizer", "--learning-rate", "--momentum", "--nesterov", "--weight-decay", "--no-decay-norms",
            "--bias-learning-rate-factor", "--schedule", "--warm-up", "--clip-norm", "--clip-value", "--skip-non-finite"]),
        ("Averaged weights", ["--ema", "--ema-every", "--ema-warm-up", "--swa"]),
        ("Validation", ["--validation", "--stratified", "--group", "--monitor", "--early-stopping", "--min-delta", "--keep-best", "--folds"]),
        ("The run and what is told of it", ["--out", "--resume", "--checkpoint-every", "--log-every", "--tensorboard", "--json", "--threads",
            "--verbose", "--help"]),
    ];
}
