using System.Globalization;

namespace Ballast.Lab;

/// <summary>Does normalization allow larger learning rates, and reach an accuracy in fewer steps?</summary>
static class LearningRateStudy
{
    static readonly double[] Usual = [1, 5, 30];

    public static Study Study { get; } = new(
        "learning-rate", "larger learning rates with batch normalization and without, and how large a rate each can take",
        StudyParts.Tutorial, Define);

    static StudyDefinition Define(StudyOptions options, StudyData data)
    {
        var settings = StudyParts.Fit(options.Apply(Study.Settings), data);
        settings = settings with { LogEvery = Math.Max(1, settings.LogEvery / 2) };
        var sites = NormalizationSites.Of(settings.Layers);
        string with = sites.Place(sites.Word ?? "batchnorm"), without = sites.Without;
        double[] factors = [.. (options.Factors ?? Usual).Order()];
        var arms = new List<StudyArm>();
        var numbers = new Dictionary<string, double> { ["testEvery"] = 2 };
        foreach (double factor in factors)
        {
            var own = settings with { LearningRate = StudyParts.Times(settings.LearningRate, factor) };
            arms.Add(new($"with-x{Text(factor)}", $"with batch normalization at {Text(factor)} times the learning rate",
                own with { Layers = with }, Group: "with", Factor: Rate(own), Numbers: numbers));
            arms.Add(new($"without-x{Text(factor)}", $"without it at {Text(factor)} times the learning rate",
                own with { Layers = without }, Group: "without", Factor: Rate(own), Numbers: numbers));
        }

        var stress = new Dictionary<string, double> { ["from"] = settings.LearningRate / 10, ["to"] = settings.LearningRate * 1e6, ["steps"] = 3000 };
        arms.Add(new("with-stress", "with batch normalization and a rate that rises",
            settings with { Layers = with }, "stress", "with", Numbers: stress));
        arms.Add(new("without-stress", "without it and a rate that rises", settings with { Layers = without }, "stress", "without", Numbers: stress));
        string first = Text(factors[0]), fast = Text(factors[Math.Min(1, factors.Length - 1)]), last = Text(factors[^1]);
        var steps = new StudyMeasure(
            "steps", $"number of mini-batches to the test accuracy that without-x{first} ends with", MeasureFormat.Count, MeasureBetter.Lower,
            new MeasureReach("accuracy", $"without-x{first}"));
        var limit = new StudyMeasure("limit", "learning rate at which training breaks", MeasureFormat.Number, MeasureBetter.Higher);
        return new StudyDefinition
        {
            Study = Study.Name,
            Title = "Larger learning rates with batch normalization and without",
            Question = $"The paper that introduced batch normalization reached the accuracy of a network without it in a fourteenth of the steps, by "
                + $"raising the learning rate. Here each network is trained at {string.Join(", ", factors.Select(Text))} times "
                + $"{settings.LearningRate.ToString(CultureInfo.InvariantCulture)}, and once more with a rate "
                    + "that rises exponentially until the loss is worse than guessing.",
            Arms = arms,
            Seeds = options.SeedsOr(3),
            Measures = [steps, StudyParts.Accuracy, limit],
            Comparisons =
            [
                new($"with-x{fast}", $"without-x{first}"),
                new($"with-x{first}", $"without-x{first}"),
                new("with-stress", "without-stress", ["limit"]),
            ],
            Plots =
            [
                new(PlotKind.Dots, "steps", $"Mini-batches to the least test accuracy that without-x{first} ends with",
                    Text: "A training that never got there stands at the end of all: its true value is larger."),
                new(PlotKind.Forest, "steps", "Paired differences of the number of mini-batches"),
                StudyParts.AccuracyCurve,
                new(PlotKind.Factor, "accuracy", "Test accuracy at the end, by learning rate", "learning rate", LogX: true),
                new(PlotKind.Curves, "stress", "Smoothed training loss while the learning rate rises",
                    "learning rate", LogX: true, Format: MeasureFormat.Loss,
                    Text: "A network breaks where its loss is again as bad as guessing (the logarithm of the "
                        + "number of classes). The rate rises within one short training, so that this is not the best rate for a long one."),
            ],
            Notes = [],
            Published =
            [
                new("Ioffe & Szegedy 2015, ImageNet, steps to 72.2 %",
                    "Inception 31.0 million; with batch normalization 13.3 million; with it and 5 times the rate "
                        + "2.1 million (14 times fewer); with it and 30 times the rate 2.7 million, ending at 74.8 %."),
                new("Bjorck et al. 2018", "the gain of batch normalization is that it allows larger learning rates."),
            ],
            Expectations =
            [
                new("With batch normalization it takes fewer steps at the same rate", "steps", $"without-x{first}", $"with-x{first}"),
                .. factors.Length > 1 ? (StudyExpectation[])
                [
                    new($"At {fast} times the rate it takes fewer still", "steps", $"with-x{first}", $"with-x{fast}"),
                    new($"At {last} times the rate it ends better than without it at the usual rate",
                        "accuracy", $"with-x{last}", $"without-x{first}"),
                    new($"At {last} times the rate it is better than without it", "accuracy", $"with-x{last}", $"without-x{last}"),
                ] : [],
                new("With batch normalization a network can take larger learning rates", "limit", "with-stress", "without-stress"),
            ],
        };
    }

    static double Rate(RunSettings settings) =>
        double.Parse(settings.LearningRate.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    // It is part of an arm's name, which has no plus sign.
    static string Text(double factor) => factor.ToString("G6", CultureInfo.InvariantCulture) is var text
        && text.Contains('E', StringComparison.Ordinal)
        ? factor.ToString("0.#####e0", CultureInfo.InvariantCulture)
        : text;
}
