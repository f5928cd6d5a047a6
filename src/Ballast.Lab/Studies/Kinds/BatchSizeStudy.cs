using System.Globalization;

namespace Ballast.Lab;

/// <summary>How large must a mini-batch be for batch normalization?</summary>
static class BatchSizeStudy
{
    static readonly int[] Usual = [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

    public static Study Study { get; } = new(
        "batch-size", "batch against group normalization, from 2 images in a mini-batch to 1024", StudyParts.Tutorial with { Epochs = 2 }, Define);

    static StudyDefinition Define(StudyOptions options, StudyData data)
    {
        var settings = options.Apply(Study.Settings);
        var sites = NormalizationSites.Of(settings.Layers);
        int[] sizes = [.. (options.Sizes ?? [.. Usual.Where(size => size <= data.Train.Count)]).Order()];
        if (sizes.FirstOrDefault(size => size < 2 || size > data.Train.Count) is var wrong and not 0)
        {
            throw new ArgumentException(
                $"--sizes: expected batch sizes from 2, the fewest images that have a variance, to {data.Train.Count}, "
                    + $"the number of images, got {wrong}.");
        }

        string group = NormalizersStudy.GroupText(sites, StudyParts.Fit(settings, data), data), batch = sites.Place("batchnorm");
        var arms = new List<StudyArm>();
        foreach (int size in sizes)
        {
            var own = StudyParts.Fit(settings with { BatchSize = size, LearningRate = Rate(settings, size) }, data);
            arms.Add(new($"batch-{size}", $"with batch normalization over {size} images", own with { Layers = batch }, Group: "batch", Factor: size));
            arms.Add(new($"group-{size}", $"with group normalization and {size} images in a mini-batch",
                own with { Layers = group }, Group: "group", Factor: size));
        }

        int least = sizes[0];
        string rule = settings.Optimizer == OptimizerKind.Sgd ? "in proportion to the batch size" : "with the square root of the batch size";
        return new StudyDefinition
        {
            Study = Study.Name,
            Title = "How large a mini-batch has to be for batch normalization",
            Question = "Batch normalization estimates mean and variance from the mini-batch: the fewer images, the noisier. Group normalization "
                + "takes them from one image and does not know the mini-batch. Where do the two part?",
            Arms = arms,
            Seeds = options.SeedsOr(3),
            Measures = [StudyParts.Accuracy, StudyParts.TestLoss, StudyParts.TrainLoss],
            Answer = StudyAnswerKind.Factor,
            Comparisons = [.. sizes.Select(static size => new StudyComparison($"batch-{size}", $"group-{size}"))],
            Plots =
            [
                new(PlotKind.Factor, "accuracy", "Test accuracy by batch size", "batch size", LogX: true),
                new(PlotKind.Factor, "trainLoss", "Training loss of the last epoch by batch size",
                    "batch size", LogX: true, Format: MeasureFormat.Loss),
                StudyParts.AccuracyForest,
                StudyParts.AccuracyDots,
            ],
            Notes =
            [
                $"The learning rate grows {rule}, from {settings.LearningRate.ToString(CultureInfo.InvariantCulture)} "
                    + $"at {settings.BatchSize}; the number of epochs is the same, so that a larger mini-batch "
                    + "takes fewer steps. Compare the two normalizations at one size, not one size with another.",
            ],
            Published =
            [
                new("Wu & He 2018 (Group Norm), ResNet-50 on ImageNet, validation error with 32, 16, 8, 4, 2 images a worker",
                    "batch normalization 23.6, 23.7, 24.8, 27.3, 34.7 %; group normalization 24.1, 24.2, 24.0, 24.2, 24.1 %."),
                new("Ioffe 2017 (Batch Renormalization)",
                    "with small mini-batches the statistics of training and of use differ; renormalization brings them together."),
            ],
            Expectations =
            [
                new($"At {least} images group normalization is better", "accuracy", $"group-{least}", $"batch-{least}"),
                .. sizes.Contains(32)
                    ? (StudyExpectation[])[new("At 32 images batch normalization is better", "accuracy", "batch-32", "group-32")] : [],
                .. sizes.Contains(32) && least < 32 ? (StudyExpectation[])[
                    new($"Batch normalization is worse at {least} images than at 32", "accuracy", "batch-32", $"batch-{least}")] : [],
            ],
        };
    }

    static float Rate(RunSettings settings, int size)
    {
        double ratio = (double)size / settings.BatchSize;
        return StudyParts.Times(settings.LearningRate, settings.Optimizer == OptimizerKind.Sgd ? ratio : Math.Sqrt(ratio));
    }
}
