using System.Globalization;

namespace Ballast.Lab;

/// <summary>Is dropout needed where there is batch normalization?</summary>
static class DropoutStudy
{
    const double Usual = 0.2;

    public static Study Study { get; } = new(
        "dropout", "neither, dropout, batch normalization, and both", StudyParts.Tutorial, Define);

    static StudyDefinition Define(StudyOptions options, StudyData data)
    {
        var settings = StudyParts.Fit(options.Apply(Study.Settings), data);
        double share = options.Dropout ?? Usual;
        if (share is not (> 0 and < 1))
            throw new ArgumentException($"--dropout: expected a share between 0 and 1, got {share.ToString(CultureInfo.InvariantCulture)}.");
        var sites = NormalizationSites.Of(settings.Layers);
        if (!sites.IsChain)
            throw new ArgumentException($"{settings.Layers} is not a chain of layers, and the study of dropout "
                + "puts it behind each activation of a chain. Give layers, mlp or vgg-small.");
        string word = sites.Word ?? "batchnorm", text = share.ToString(CultureInfo.InvariantCulture);
        var numbers = RateSearch.Numbers(options.Tune, new Dictionary<string, double> { ["remeasure"] = 1 });
        List<StudyArm> arms =
        [
            Arm("norm", "with batch normalization", sites.Place(word)),
            Arm("both", "with batch normalization and dropout", Drop(sites.Place(word), text)),
            Arm("dropout", "with dropout", Drop(sites.Without, text)),
            Arm("none", "with neither", sites.Without),
        ];
        return new StudyDefinition
        {
            Study = Study.Name,
            Title = "Whether dropout is needed where there is batch normalization",
            Question = "Batch normalization brings noise into training, for each image is normalized with others "
                + "that change. The paper found that it regularizes enough to leave "
                + $"dropout out. Here dropout with p = {text} stands behind every activation that has normalization "
                    + "before it, with and without that.",
            Arms = arms,
            Seeds = options.SeedsOr(6),
            Measures = [StudyParts.Precise, StudyParts.Accuracy, StudyParts.TestLoss, StudyParts.TrainLoss],
            Answer = StudyAnswerKind.Ranking,
            Comparisons = StudyParts.AllPairs(arms),
            Plots = [StudyParts.AccuracyForest with { Of = "precise" }, StudyParts.AccuracyDots with { Of = "precise" },
                StudyParts.AccuracyCurve, StudyParts.LossCurve],
            Notes =
            [
                "Dropout helps where a network fits its training images much better than new ones. Where the training loss "
                    + "here is not far below the loss on the test images there is little for it to do, and what it costs in training shows instead.",
                .. StudyParts.TuneNotes(options.Tune ?? []),
            ],
            Published =
            [
                new("Ioffe & Szegedy 2015",
                    "with batch normalization dropout could be removed from Inception without more overfitting, and training was faster."),
                new("Li et al. 2018",
                    "dropout before a batch normalization shifts the variance between training and test: 77.4 to 68.6 % on CIFAR-100."),
            ],
            Expectations =
            [
                new("With batch normalization, dropout is not needed: without it the network is better", "precise", "norm", "both"),
                new("Batch normalization is better than dropout", "precise", "norm", "dropout"),
                new("Dropout alone is better than neither", "precise", "dropout", "none"),
            ],
        };

        StudyArm Arm(string name, string title, string layers) => new(name, title, settings with { Layers = layers }, Numbers: numbers);
    }

    // Behind every activation but one that ends the network.
    static string Drop(string layers, string share)
    {
        string[] words = layers.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var dropped = words.Where(static word => !word.StartsWith("dropout", StringComparison.OrdinalIgnoreCase))
            .SelectMany(word => ActivationKinds.IsActivation(word) ? (string[])[word, $"dropout:{share}"] : [word]);
        return string.Join(' ', dropped);
    }
}
