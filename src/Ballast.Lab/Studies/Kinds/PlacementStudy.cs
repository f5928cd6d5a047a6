using System.Globalization;

namespace Ballast.Lab;

/// <summary>Where does batch normalization belong: before the activation, after it, or nowhere?</summary>
static class PlacementStudy
{
    public static Study Study { get; } = new(
        "placement", "batch normalization before the activation, after it, or not at all", StudyParts.Tutorial, Define);

    static StudyDefinition Define(StudyOptions options, StudyData data)
    {
        var settings = StudyParts.Fit(options.Apply(Study.Settings), data);
        var sites = NormalizationSites.Of(settings.Layers);
        string word = sites.Word ?? "batchnorm", norm = word.StartsWith("batchnorm", StringComparison.OrdinalIgnoreCase)
            ? "batch normalization" : word;
        List<StudyArm> arms =
        [
            Arm("before", $"with {norm} before the activation", sites.Place(word)),
            Arm("after", $"with {norm} after the activation", sites.Place(word, after: true)),
            Arm("none", "without normalization", sites.Without),
        ];
        List<StudyComparison> comparisons = [new("before", "none"), new("after", "none"), new("before", "after")];
        if (options.PerLayer)
        {
            for (int site = 0; site < sites.Count; site++)
            {
                arms.Add(Arm($"before-{site + 1}", $"with {norm} before the {sites.Describe(site)} alone", sites.Place(word, false, site)));
                arms.Add(Arm($"after-{site + 1}", $"with {norm} after the {sites.Describe(site)} alone", sites.Place(word, true, site)));
                comparisons.Add(new($"before-{site + 1}", "none"));
                comparisons.Add(new($"after-{site + 1}", "none"));
            }
        }

        bool tutorial = StudyParts.IsTutorial(settings, options);
        return new StudyDefinition
        {
            Study = Study.Name,
            Title = $"Where {norm} belongs: before the activation, after it, or nowhere",
            Question = $"Does {norm} help this network on these images, and where should it stand? The arms differ in nothing else: "
                + "they begin from the same random weights and see the images in the same order.",
            Arms = arms,
            Seeds = options.SeedsOr(5),
            Measures = [StudyParts.Accuracy, StudyParts.TestLoss, StudyParts.TrainLoss],
            Comparisons = comparisons,
            Plots = [StudyParts.AccuracyForest, StudyParts.AccuracyDots, StudyParts.AccuracyCurve, StudyParts.LossCurve],
            Notes = sites.IsChain ? sites.Without.Contains("relu", StringComparison.OrdinalIgnoreCase) ?
            [
                "After a ReLU many values are 0. In a mini-batch of N images, a unit that only one of them activates is brought to the square root "
                    + $"of N - 1 standard deviations, {Math.Sqrt(Math.Max(1, settings.BatchSize - 1)).ToString("0.#", CultureInfo.InvariantCulture)} "
                    + "here: small mini-batches make normalization after it noisy.",
            ] : [] :
            [
                $"After the activation stands for all {sites.Count} normalizations of {settings.Layers} but those "
                    + "of the shortcuts of residual blocks, which have no activation and stay where they are in both arms. "
                    + "A block ends with the sum of both ways, the activation, and in the arm after the normalization. None leaves out all of them.",
            ],
            Published =
            [
                new("Ioffe & Szegedy 2015",
                    "put it before the activation, where the values are more nearly normal, and reached the accuracy "
                        + "of a network without it in a fourteenth of the steps."),
                new("caffenet-benchmark (Mishkin), ImageNet at 128 pixels",
                    "found no one answer. CaffeNet: none 47.1 %, before ReLU 47.4 % (47.8 % with scale and bias), "
                        + "after ReLU 49.9 %. GoogLeNet the other way round: none 61.9 %, before 60.3 %, after 59.6 %."),
                .. tutorial ? (PublishedFinding[])
                [
                    new("PyTorch 1.13.1, this network and training, seeds 42, 7, 0, 123, 2024",
                        "47.5, 47.6, 47.6, 48.4 and 48.4 % of the test images with batch normalization before "
                            + "the activation; 42.7, 41.0, 41.9, 41.9 and 41.6 % without."),
                ] : [],
            ],
            Expectations =
            [
                new("Before the activation it is better than none (Ioffe & Szegedy; the tutorial)", "accuracy", "before", "none"),
                new("After the activation it is better than none (CaffeNet)", "accuracy", "after", "none"),
                new("After the activation it is better than before (CaffeNet; not GoogLeNet)", "accuracy", "after", "before"),
            ],
        };

        StudyArm Arm(string name, string title, string layers) => new(name, title, settings with { Layers = layers });
    }
}
