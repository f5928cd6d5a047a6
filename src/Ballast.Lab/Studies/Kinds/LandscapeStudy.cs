namespace Ballast.Lab;

/// <summary>Is the loss smoother along the gradient with batch normalization?</summary>
static class LandscapeStudy
{
    public static Study Study { get; } = new(
        "landscape", "how smooth the loss is along the gradient, and whether noise undoes what batch normalization gives",
        StudyParts.Tutorial with { Epochs = 3, BatchSize = 128, Optimizer = OptimizerKind.Sgd, LearningRate = 0.1f }, Define);

    static StudyDefinition Define(StudyOptions options, StudyData data)
    {
        var settings = StudyParts.Fit(options.Apply(Study.Settings), data);
        var sites = NormalizationSites.Of(settings.Layers);
        int steps = Math.Max(1, data.Train.Count / settings.BatchSize) * settings.Epochs;
        var numbers = new Dictionary<string, double> { ["every"] = Math.Clamp(steps / 50, 1, 25) };
        return new StudyDefinition
        {
            Study = Study.Name,
            Title = "How smooth the loss is along the gradient, with batch normalization and without",
            Question = "Santurkar and others hold that batch normalization helps because it makes the loss smoother: "
                + "a step along the gradient meets what "
                + "the gradient promised. Every few mini-batches the training stops, goes from half to four times the learning rate along its "
                + "gradient, looks at losses and gradients there, and goes back. A third network has batch normalization whose output is shifted and "
                + "scaled by noise in every step: were a steady distribution what helps, it should train badly.",
            Arms =
            [
                Arm("with", "with batch normalization", sites.Place("batchnorm")),
                Arm("without", "without it", sites.Without),
                Arm("noisy", "with batch normalization and noise behind it", sites.Place("noisybatchnorm")),
            ],
            Seeds = options.SeedsOr(3),
            Measures =
            [
                new("smoothness", "effective smoothness (change of the gradient over distance)", MeasureFormat.Number, MeasureBetter.Lower),
                new("range", "range of the loss along the gradient", MeasureFormat.Number, MeasureBetter.Lower),
                new("change", "largest change of the gradient", MeasureFormat.Number, MeasureBetter.Lower),
                StudyParts.Accuracy,
            ],
            Comparisons = [new("with", "without"), new("noisy", "without"), new("with", "noisy")],
            Plots =
            [
                new(PlotKind.Curves, "smoothness", "Effective smoothness over training (lower is smoother)",
                    "mini-batch", Format: MeasureFormat.Number),
                new(PlotKind.Curves, "range", "Range of the loss from 0.5 to 4 learning rates along the gradient",
                    "mini-batch", Format: MeasureFormat.Number),
                new(PlotKind.Curves, "change", "Largest change of the gradient (L2)", "mini-batch", Format: MeasureFormat.Number),
                new(PlotKind.Curves, "loss", "Training loss", "mini-batch", Format: MeasureFormat.Loss),
                new(PlotKind.Forest, "smoothness", "Paired differences of the effective smoothness"),
                StudyParts.AccuracyDots,
            ],
            Published =
            [
                new("Santurkar et al. 2018, VGG on CIFAR-10",
                    "with batch normalization the loss varies less along the gradient, the gradient changes less "
                        + "and the effective smoothness is better by orders of magnitude in parts of training; "
                        + "the noisy network trains nearly as well as the one with plain batch normalization, and better than without."),
            ],
            Expectations =
            [
                new("Without batch normalization the effective smoothness is worse (larger)", "smoothness", "without", "with"),
                new("Without it the loss varies more along the gradient", "range", "without", "with"),
                new("Without it the gradient changes more", "change", "without", "with"),
                new("With noise behind batch normalization the network is still better than without", "accuracy", "noisy", "without"),
            ],
        };

        StudyArm Arm(string name, string title, string layers) =>
            new(name, title, settings with { Layers = layers }, "landscape", Numbers: numbers);
    }
}
