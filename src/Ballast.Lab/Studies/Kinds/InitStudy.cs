using System.Globalization;

namespace Ballast.Lab;

/// <summary>How careful must one be about the initial weights?</summary>
static class InitStudy
{
    static readonly double[] Scales = [0.001, 0.01, 0.1, 1, 10, 100, 1000];

    public static Study Study { get; } = new(
        "init", "initial weights over six decades of scale, with batch normalization and without", StudyParts.Tutorial with { Epochs = 2 }, Define);

    static StudyDefinition Define(StudyOptions options, StudyData data)
    {
        var settings = StudyParts.Fit(options.Apply(Study.Settings), data);
        var sites = NormalizationSites.Of(settings.Layers);
        var arms = new List<StudyArm>();
        foreach (double scale in Scales)
        {
            string text = scale.ToString(CultureInfo.InvariantCulture);
            var numbers = new Dictionary<string, double> { ["initialScale"] = scale, ["remeasure"] = 1 };
            arms.Add(new($"with-x{text}", $"with batch normalization and initial weights {text} times as large",
                settings with { Layers = sites.Place(sites.Word ?? "batchnorm") }, Group: "with", Factor: scale, Numbers: numbers));
            arms.Add(new($"without-x{text}", $"without it and initial weights {text} times as large",
                settings with { Layers = sites.Without }, Group: "without", Factor: scale, Numbers: numbers));
        }

        return new StudyDefinition
        {
            Study = Study.Name,
            Title = "How careful one must be about initial weights",
            Question = "Batch normalization divides by the scale of what it is given: a layer before it may begin "
                + "with weights of any scale. Without it, the scale of the "
                + "initial weights goes through all layers, forward and backward. Here the usual ones are multiplied "
                    + "by 0.001 to 1000, in all layers but the last, "
                + "whose outputs no normalization follows.",
            Arms = arms,
            Seeds = options.SeedsOr(5),
            Measures = [StudyParts.Precise, StudyParts.Accuracy, StudyParts.TrainLoss],
            Answer = StudyAnswerKind.Factor,
            Comparisons = [.. Scales.Select(static scale => string.Create(CultureInfo.InvariantCulture, $"{scale}"))
                .Select(static text => new StudyComparison($"with-x{text}", $"without-x{text}"))],
            Plots =
            [
                new(PlotKind.Factor, "precise", "Test accuracy by the scale of the initial weights", "scale", LogX: true),
                new(PlotKind.Factor, "trainLoss", "Training loss of the last epoch by the scale of the initial weights",
                    "scale", LogX: true, Format: MeasureFormat.Loss),
                StudyParts.AccuracyForest with { Of = "precise" },
            ],
            Published =
            [
                new("Ioffe & Szegedy 2015", "batch normalization lets one be less careful about initialization: "
                    + "BN(Wu) = BN((aW)u), and the gradient by aW is that by W divided by a."),
                new("He et al. 2015; Glorot & Bengio 2010", "without it, signals vanish or explode through the "
                    + "layers unless the variance of the initial weights fits their number of inputs."),
            ],
            Expectations =
            [
                new("With initial weights a hundredth as large, batch normalization is better", "precise", "with-x0.01", "without-x0.01"),
                new("With initial weights a hundred times as large, batch normalization is better", "precise", "with-x100", "without-x100"),
            ],
        };
    }
}
