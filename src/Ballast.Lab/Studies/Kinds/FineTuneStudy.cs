namespace Ballast.Lab;

/// <summary>What shall the batch normalizations of a trained network do while it is trained further?</summary>
static class FineTuneStudy
{
    public static Study Study { get; } = new(
        "finetune", "a trained network trained further with frozen, running and adapted statistics",
        StudyParts.Tutorial with { LearningRate = 1e-3f, Tuning = new TuningSettings("the first half of the classes", TunedBody.Trained) }, Define);

    static StudyDefinition Define(StudyOptions options, StudyData data)
    {
        var settings = StudyParts.Fit(options.Apply(Study.Settings), data);
        var tuning = settings.Tuning!;
        if (tuning.Body == TunedBody.Fresh)
            throw new ArgumentException("A fresh body has no statistics to hold or to adapt. Take a frozen or a trained one.");
        if (tuning is { Weights: null, Network: null } && data.Train.ClassNames.Count < 4)
        {
            throw new ArgumentException($"The network is trained on half of the classes and further on the others, and {data.Train.ClassNames.Count} "
                + "are too few for that: expected 4 or more. Name a trained network to begin with (--from).");
        }

        settings = settings with { Layers = RunTuning.WithHead(settings.Layers, data.Train.ClassNames.Count) };
        string body = tuning.Body == TunedBody.Frozen ? "the weights of the body frozen" : "the body trained too";
        return new StudyDefinition
        {
            Study = Study.Name,
            Title = $"Statistics of a trained network that is trained further, {body}",
            Question = "A trained network’s batch normalizations have the statistics of what it was trained on. Trained further on other "
                + "images, they can hold those, take those of each mini-batch as in any training, or have them measured once on the "
                + "new images and hold these. "
                + (tuning is { Weights: null, Network: null }
                    ? "Here the network is trained on the first half of the classes and further on up to 96 images of each other class."
                    : $"Here it begins with {tuning.From}."),
            Arms =
            [
                Arm("frozen", "with frozen statistics", NormalizationMode.Frozen),
                Arm("running", "with running statistics", NormalizationMode.Running),
                Arm("adapted", "with adapted statistics", NormalizationMode.Adapting),
            ],
            Seeds = options.SeedsOr(5),
            Measures = [StudyParts.Accuracy, StudyParts.TestLoss, StudyParts.TrainLoss],
            Answer = StudyAnswerKind.Ranking,
            Comparisons = [new("frozen", "running"), new("adapted", "frozen"), new("adapted", "running")],
            Plots = [StudyParts.AccuracyForest, StudyParts.AccuracyDots, StudyParts.AccuracyCurve, StudyParts.LossCurve],
            Notes =
            [
                (tuning.Body == TunedBody.Frozen ? "The body's weights stay; "
                    : $"The body learns at {MethodSettings.Text(tuning.BodyLearningRate)}; ")
                    + $"the head learns at {MethodSettings.Text(settings.LearningRate)}. Gamma and beta go with the body.",
            ],
            Published =
            [
                new("Li et al. 2016 (AdaBN)", "statistics measured on the new domain raise the accuracy there without any training."),
                new("Ren et al. 2015; He et al. 2017", "detectors that are fine-tuned on one or two images a batch hold the statistics of ImageNet."),
            ],
        };

        StudyArm Arm(string name, string title, NormalizationMode mode) =>
            new(name, title, settings with { Tuning = tuning with { Normalizations = mode } }, "tune");
    }
}
