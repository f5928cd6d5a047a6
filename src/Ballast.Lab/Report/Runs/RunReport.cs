namespace Ballast.Lab;

/// <summary>What the page of <c>ballast train</c> shows: one network's training. <see cref="RunPage"/> renders it.</summary>
public sealed record RunReport
{
    /// <summary>What was measured.</summary>
    public required RunCurve Curve { get; init; }

    /// <summary>How it was trained.</summary>
    public required RunSettings Settings { get; init; }

    /// <summary>Mini-batches in an epoch.</summary>
    public required int StepsPerEpoch { get; init; }

    /// <summary>How many classes there are.</summary>
    public required int Classes { get; init; }

    /// <summary>How many images it was trained on.</summary>
    public required int TrainingImages { get; init; }

    /// <summary>How many images it was tested on; 0 for none.</summary>
    public int TestImages { get; init; }

    /// <summary>Where the result comes from.</summary>
    public required Provenance Provenance { get; init; }

    /// <summary>Reads what a run measured so far.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="stepsPerEpoch">Mini-batches in an epoch.</param>
    /// <param name="trainingImages">How many images it is trained on.</param>
    /// <exception cref="InvalidDataException">A file in it is damaged.</exception>
    public static RunReport Read(RunFolder folder, int stepsPerEpoch, int trainingImages) => new()
    {
        Curve = RunHistory.Read(folder),
        Settings = folder.Record.Settings,
        StepsPerEpoch = stepsPerEpoch,
        Classes = folder.Record.TrainedOn.ClassNames.Count,
        TrainingImages = trainingImages,
        TestImages = MetricsLog.Read(folder.MetricsPath).LastOrDefault(static metric => metric.Type == MetricKind.Evaluation)?.Count ?? 0,
        Provenance = folder.Record.Provenance,
    };
}
