using System.Globalization;

namespace Ballast.Lab;

/// <summary>Puts the report of a comparison together from its folder.</summary>
public static class ComparisonReports
{
    /// <summary>Reads what both arms measured so far.</summary>
    /// <param name="folder">The comparison's folder.</param>
    /// <param name="trainingImages">How many images it trains on.</param>
    /// <exception cref="InvalidDataException">A file in it is damaged.</exception>
    public static ComparisonReport Read(RunFolder folder, int trainingImages)
    {
        var settings = folder.Record.Settings;
        RunFolder? with = folder.Part(ComparisonArm.With.Name), without = folder.Part(ComparisonArm.Without.Name);
        bool tutorial = IsTutorial(settings);
        return new ComparisonReport
        {
            With = with is null ? null : RunHistory.Read(with),
            Without = without is null ? null : RunHistory.Read(without),
            Epochs = settings.Epochs,
            StepsPerEpoch = ((trainingImages - 1) / settings.BatchSize) + 1,
            LogEvery = settings.LogEvery,
            BatchSize = settings.BatchSize,
            Seed = settings.Seed,
            Dataset = NamedDatasets.Title(settings.Data),
            TrainingImages = trainingImages,
            TestImages = TestImages(with) ?? TestImages(without) ?? TestImages(settings),
            Network = TutorialComparison.Network(folder.Record.TrainedOn.ToShape().Length),
            Published = tutorial ? TutorialComparison.Published : [],
            Caveats = tutorial ? TutorialComparison.Caveats : [],
            Settings =
            [
                new("Optimizer", settings.Optimizer.ToString()),
                new("Learning rate", settings.LearningRate.ToString(CultureInfo.InvariantCulture)),
                new("With", ComparisonArm.With.Network.Layers),
                new("Without", ComparisonArm.Without.Network.Layers),
            ],
            Provenance = (with ?? folder).Record.Provenance,
        };
    }

    // But for the number of epochs: published results name theirs.
    static bool IsTutorial(RunSettings settings) =>
        settings with { Epochs = RunSettings.Tutorial.Epochs } == RunSettings.Tutorial;

    static int TestImages(RunSettings settings) =>
        settings.TestName is { } name ? NamedDatasets.Find(name)?.TestImages ?? 0 : 0;

    static int? TestImages(RunFolder? run) => run is null ? null
        : MetricsLog.Read(run.MetricsPath).LastOrDefault(static metric => metric.Type == MetricKind.Evaluation)?.Count;
}
