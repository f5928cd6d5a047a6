namespace Ballast.Lab;

/// <summary>Figure 1 of the paper: test accuracy, and how the inputs of an activation wander.</summary>
static class ShiftStudy
{
    const string Net = "flatten linear:100 batchnorm sigmoid linear:100 batchnorm sigmoid linear:100 batchnorm sigmoid linear:10";

    public static Study Study { get; } = new(
        "shift", "how the inputs of the last hidden layer wander in training (figure 1 of the paper)",
        new RunSettings(Net, Epochs: 15, BatchSize: 60, Optimizer: OptimizerKind.Sgd,
            LearningRate: 0.1f, LogEvery: 250, Data: NamedDatasets.FashionMnist.Name), Define);

    static StudyDefinition Define(StudyOptions options, StudyData data)
    {
        var settings = StudyParts.Fit(options.Apply(Study.Settings), data);
        var sites = NormalizationSites.Of(settings.Layers);
        if (!sites.IsChain)
        {
            throw new ArgumentException(
                $"{settings.Layers} is not a chain of layers, and the study of shifts looks at what goes into "
                    + "a chain's last activation. Give layers, mlp or vgg-small.");
        }

        var numbers = new Dictionary<string, double> { ["deviation"] = 0.1, ["testEvery"] = 2 };
        var drift = new StudyMeasure("drift", "wandering of an input's median, in widths of its distribution",
            MeasureFormat.Number, MeasureBetter.Lower);
        return new StudyDefinition
        {
            Study = Study.Name,
            Title = "How the inputs of a layer wander in training, with batch normalization and without",
            Question = "While a network learns, what each layer is given changes with the layers before it: internal covariate shift, as the paper "
                + "calls it. This is its figure 1: three hidden layers of 100 sigmoid units, small normal initial weights (standard deviation 0.1), "
                + "mini-batches of 60, here on the clothes of Fashion-MNIST in place of the digits of MNIST unless other images are named.",
            Arms =
            [
                new("with", "with batch normalization", settings with { Layers = sites.Place(sites.Word ?? "batchnorm") }, "shift", Numbers: numbers),
                new("without", "without it", settings with { Layers = sites.Without }, "shift", Numbers: numbers),
            ],
            Seeds = options.SeedsOr(3),
            Measures = [StudyParts.Accuracy, drift],
            Comparisons = [new("with", "without")],
            Plots =
            [
                StudyParts.AccuracyCurve,
                new(PlotKind.Single, "input", "With batch normalization: 15th, 50th and 85th percentile of one "
                    + "input of the last hidden layer’s activation (first seed)", "mini-batch", Format: MeasureFormat.Number, Arms: ["with"]),
                new(PlotKind.Single, "input", "Without: the same input", "mini-batch", Format: MeasureFormat.Number, Arms: ["without"],
                    Text: $"Over {ReportFormat.Count(Math.Min(ShiftTrial.Images, data.Test.Count))} fixed test images, in evaluation mode. "
                        + "One input is an example; the measure "
                        + "of wandering is over all of them: the standard deviation over time of each input’s "
                        + "median, in units of how far apart its 15th and 85th percentiles are. The first value is from before training."),
                StudyParts.AccuracyForest,
                new(PlotKind.Dots, "drift", "Wandering of the median, in widths of the distribution"),
            ],
            Published =
            [
                new("Ioffe & Szegedy 2015, figure 1 (MNIST, 50,000 steps)",
                    "the network with batch normalization is trained faster and ends with a higher test accuracy; "
                        + "its inputs’ distribution is steady, while without it mean and variance change considerably."),
                new("Santurkar et al. 2018",
                    "doubt that this is why it works: networks whose shift was put back by noise still train well (ballast study landscape)."),
            ],
            Expectations =
            [
                new("With batch normalization the test accuracy is higher", "accuracy", "with", "without"),
                new("Without it the inputs wander more", "drift", "without", "with"),
            ],
        };
    }
}
