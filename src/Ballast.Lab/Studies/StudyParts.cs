using System.Globalization;

namespace Ballast.Lab;

/// <summary>What several studies are put together from.</summary>
static class StudyParts
{
    /// <summary>The share of the test images that are classified correctly.</summary>
    public static StudyMeasure Accuracy { get; } = new("accuracy", "test accuracy", MeasureFormat.Percent, MeasureBetter.Higher);

    /// <summary>The same with the running statistics measured again over all training images.</summary>
    public static StudyMeasure Precise { get; } = new(
        "precise", "test accuracy with statistics measured again", MeasureFormat.Percent, MeasureBetter.Higher);

    /// <summary>Every pair of some arms, once.</summary>
    public static IReadOnlyList<StudyComparison> AllPairs(IReadOnlyList<StudyArm> arms) =>
        [.. arms.SelectMany((a, i) => arms.Skip(i + 1).Select(b => new StudyComparison(a.Name, b.Name)))];

    /// <summary>What a reader must know of rates that are chosen; nothing where none are.</summary>
    public static IReadOnlyList<string> TuneNotes(IReadOnlyList<double> factors) => factors.Count == 0 ? [] :
    [
        "The learning rate of each training is the best of "
            + $"{string.Join(", ", factors.Select(static factor => factor.ToString(CultureInfo.InvariantCulture)))} "
            + "times its arm's, by the accuracy on a fifth of the training images that was held back for that; "
            + "then it trains on all of them. The test images have no part in the choice.",
    ];

    /// <summary>The loss on the test images.</summary>
    public static StudyMeasure TestLoss { get; } = new("testLoss", "loss on the test images", MeasureFormat.Loss, MeasureBetter.Lower);

    /// <summary>The training loss of the last epoch.</summary>
    public static StudyMeasure TrainLoss { get; } = new("trainLoss", "mean training loss of the last epoch", MeasureFormat.Loss, MeasureBetter.Lower);

    /// <summary>The tutorial's own training, which studies use where nothing else is asked.</summary>
    public static RunSettings Tutorial { get; } = RunSettings.Tutorial with { Model = null };

    /// <summary>A dot for each trial.</summary>
    public static StudyPlot AccuracyDots { get; } = new(
        PlotKind.Dots, "accuracy", "Test accuracy, percent", Text: "The horizontal axis does not begin at 0.");

    /// <summary>The paired differences of the test accuracy.</summary>
    public static StudyPlot AccuracyForest { get; } = new(PlotKind.Forest, "accuracy", "Paired differences of the test accuracy, percentage points");

    /// <summary>The test accuracy on the way.</summary>
    public static StudyPlot AccuracyCurve { get; } = new(
        PlotKind.Curves, "accuracy", "Test accuracy over training", "mini-batch");

    /// <summary>The training loss on the way.</summary>
    public static StudyPlot LossCurve { get; } = new(
        PlotKind.Curves, "loss", "Training loss over training", "mini-batch", Format: MeasureFormat.Loss,
        Text: "Lower has learned more from the same images. The loss of guessing is the logarithm of the number of classes, 2.303 for ten.");

    /// <summary>Settings that suit the images: a log line ten times an epoch at least, and no last mini-batch of one image, which batch
    /// normalization cannot take.</summary>
    public static RunSettings Fit(RunSettings settings, StudyData data)
    {
        int count = data.Train.Count, size = Math.Min(settings.BatchSize, count);
        int steps = (count - 1) / size + 1;
        return settings with
        {
            BatchSize = size,
            DropLast = settings.DropLast || (count > size && size > 1 && count % size == 1),
            LogEvery = Math.Max(1, Math.Min(settings.LogEvery, steps / 10)),
        };
    }

    /// <summary>A learning rate times a factor, to three digits, as one would write it: five times 0.0001 is 0.0005.</summary>
    public static float Times(float rate, double factor)
    {
        double exact = double.Parse(rate.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) * factor;
        return float.Parse(exact.ToString("E2", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }

    /// <summary>Whether settings are the tutorial's, so that what PyTorch gives with them is known.</summary>
    public static bool IsTutorial(RunSettings settings, StudyOptions options) =>
        options.Layers is null && settings with { LogEvery = Tutorial.LogEvery } == Tutorial;

    /// <summary>Whether a network can be made of layers and run on the images; else what is in the way.</summary>
    public static bool CanTrain(RunSettings settings, StudyData data, out string reason)
    {
        using var generator = Generator.UseDefault(new Generator(0));
        try
        {
            var network = RunNetwork.Build(settings, RunSamples.Of(data.Train));
            Trainer.Rehearse(network, new DataLoader(data.Train, settings.BatchSize, dropLast: settings.DropLast));
            reason = "";
            return true;
        }
        catch (LayerTextException error)
        {
            reason = error.Problem;
        }
        catch (ArgumentException error)
        {
            reason = error.Message;
        }

        return false;
    }
}
