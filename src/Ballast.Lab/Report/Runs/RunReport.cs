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

    /// <summary>What a sample is, for several of them: <c>images</c>, <c>rows</c>.</summary>
    public string Samples { get; init; } = "images";

    /// <summary>What is predicted of a file's samples, by its name; null where they are images.</summary>
    public string? Target { get; init; }

    /// <summary>What the network did with each sample that it was not trained on; null where that is not known.</summary>
    public RunFindings? Findings { get; init; }

    /// <summary>What its samples that were not trained on are called.</summary>
    internal string Held => Target is null ? $"{Samples} held back" : $"{Samples} held out";

    /// <summary>What it was tested on is called.</summary>
    internal string Tested => Target is null ? $"test {Samples}" : Held;

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
