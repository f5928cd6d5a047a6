namespace Ballast.Lab;

/// <summary>Which optimizer, and does normalization help each of them?</summary>
static class OptimizerStudy
{
    const float SgdRate = 0.01f, SgdMomentum = 0.9f;

    static readonly double[] Grid = [0.3, 1, 3];

    public static Study Study { get; } = new(
        "optimizer", "Adam, AdamW, SGD with momentum and Muon, each with batch normalization and without",
        StudyParts.Tutorial with { Epochs = 1 }, Define);

    static StudyDefinition Define(StudyOptions options, StudyData data)
    {
        if (options.Optimizer is not null)
            throw new ArgumentException("The optimizer is what this study varies: leave --optimizer out.");
        var settings = StudyParts.Fit(options.Apply(Study.Settings), data) with { Momentum = 0, Nesterov = false };
        var sites = NormalizationSites.Of(settings.Layers);
        var tune = options.Tune ?? Grid;
        var numbers = RateSearch.Numbers(tune, new Dictionary<string, double> { ["remeasure"] = 1 });
        var arms = new List<StudyArm>();
        foreach (var (name, title, own) in Optimizers(settings, options))
        {
            arms.Add(new($"{name}-with", $"with {title} and batch normalization",
                own with { Layers = sites.Place(sites.Word ?? "batchnorm") }, Numbers: numbers));
            arms.Add(new($"{name}-without", $"with {title} and no normalization", own with { Layers = sites.Without }, Numbers: numbers));
        }

        return new StudyDefinition
        {
            Study = Study.Name,
            Title = "Which optimizer, and whether normalization helps each",
            Question = "Adaptive optimizers scale each weight's step by its own gradients; normalization makes "
                + "layers indifferent to the scale of their weights. "
                + "Does one need the other, and which does best here, each at its own learning rate?",
            Arms = arms,
            Seeds = options.SeedsOr(3),
            Measures = [StudyParts.Precise, StudyParts.Accuracy, StudyParts.TestLoss, StudyParts.TrainLoss, Rate],
            Answer = StudyAnswerKind.Ranking,
            Comparisons = StudyParts.AllPairs(arms),
            Plots = [StudyParts.AccuracyForest with { Of = "precise" }, StudyParts.AccuracyDots with { Of = "precise" },
                StudyParts.AccuracyCurve, StudyParts.LossCurve],
            Notes = StudyParts.TuneNotes(tune),
            Published =
            [
                new("Wilson et al. 2017, CIFAR-10, a VGG network with batch normalization",
                    "test error 7.65 % with SGD, 9.60 % with Adam, each at its best rate: adaptive methods generalize worse."),
                new("Loshchilov & Hutter 2019 (AdamW), CIFAR-10, 26 layers in residual blocks",
                    "decay apart from the gradient (AdamW) generalizes better than L2 regularization in Adam, and closes much of the gap to SGD."),
                new("Jordan 2024 (Muon)", "momentum made orthogonal for hidden matrices, AdamW for the rest: CIFAR-10 to 94 % "
                    + "in 2.6 instead of 3.3 GPU seconds, and GPT-2's loss in 0.74 of AdamW's tokens."),
                new("Ioffe & Szegedy 2015", "with batch normalization the same network trained by SGD is better, and allows larger rates."),
            ],
            Expectations =
            [
                new("SGD with momentum is better than Adam, both with normalization (Wilson et al.)", "precise", "sgd-with", "adam-with"),
                new("AdamW is better than Adam, both with normalization", "precise", "adamw-with", "adam-with"),
                new("Muon is better than AdamW, both with normalization (Jordan)", "precise", "muon-with", "adamw-with"),
                new("Batch normalization helps SGD", "precise", "sgd-with", "sgd-without"),
                new("Batch normalization helps Adam", "precise", "adam-with", "adam-without"),
            ],
        };
    }

    static StudyMeasure Rate { get; } = new("learningRate", "learning rate that was chosen");

    static IEnumerable<(string Name, string Title, RunSettings Settings)> Optimizers(RunSettings settings, StudyOptions options)
    {
        yield return ("adam", "Adam", settings with { Optimizer = OptimizerKind.Adam });
        yield return ("adamw", "AdamW", settings with { Optimizer = OptimizerKind.AdamW });
        yield return ("sgd", "SGD and momentum", settings with
        {
            Optimizer = OptimizerKind.Sgd,
            LearningRate = options.LearningRate is { } rate ? StudyParts.Times(rate, SgdRate / StudyParts.Tutorial.LearningRate) : SgdRate,
            Momentum = options.Momentum ?? SgdMomentum,
        });
        yield return ("muon", "Muon", settings with
        {
            Optimizer = OptimizerKind.Muon,
            LearningRate = options.LearningRate is { } own
                ? StudyParts.Times(own, RunSettings.MuonLearningRate / StudyParts.Tutorial.LearningRate) : RunSettings.MuonLearningRate,
        });
    }
}
