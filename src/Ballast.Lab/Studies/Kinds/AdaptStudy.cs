namespace Ballast.Lab;

/// <summary>What do the test data's own statistics give on corrupted images?</summary>
static class AdaptStudy
{
    public static Study Study { get; } = new(
        "adapt", "corrupted test images, with the statistics of training and with their own", StudyParts.Tutorial, Define);

    static StudyDefinition Define(StudyOptions options, StudyData data)
    {
        var settings = StudyParts.Fit(options.Apply(Study.Settings), data);
        var sites = NormalizationSites.Of(settings.Layers);
        string with = sites.Place(sites.Word is { } word && word.StartsWith("batchnorm", StringComparison.OrdinalIgnoreCase) ? word : "batchnorm");
        StudyMeasure corrupted = new("corrupted", "accuracy on corrupted images", MeasureFormat.Percent, MeasureBetter.Higher);
        return new StudyDefinition
        {
            Study = Study.Name,
            Title = "Corrupted test images, normalized by training’s statistics or by their own",
            Question = "Batch normalization brings the statistics of the training images to the test. Where test "
                + "images are noisier, blurred or paler, those "
                + "no longer fit. Do the test images’ own statistics, taken over mini-batches of 500 of them without any label, bring the "
                + "accuracy back? Noise, blur and lack of contrast at five severities, as in CIFAR-10-C.",
            Arms =
            [
                new("own", "with the test images’ own statistics", settings with { Layers = with },
                    "adapt", Numbers: new Dictionary<string, double> { ["own"] = 1 }),
                new("training", "with those of training", settings with { Layers = with },
                    "adapt", Numbers: new Dictionary<string, double> { ["own"] = 0 }),
                new("none", "without normalization", settings with { Layers = sites.Without },
                    "adapt", Numbers: new Dictionary<string, double> { ["own"] = 0 }),
            ],
            Seeds = options.SeedsOr(3),
            Measures =
            [
                corrupted,
                corrupted with { Name = "worst", Title = "accuracy at severity 5" },
                corrupted with { Name = "noise5", Title = "accuracy with noise of severity 5" },
                corrupted with { Name = "blur5", Title = "accuracy with blur of severity 5" },
                corrupted with { Name = "contrast5", Title = "accuracy with contrast of severity 5" },
                corrupted with { Name = "clean", Title = "accuracy on clean images" },
            ],
            Comparisons = [new("own", "training"), new("training", "none")],
            Plots =
            [
                new(PlotKind.Curves, "contrast", "Test accuracy by severity: lack of contrast", "severity"),
                new(PlotKind.Curves, "noise", "Test accuracy by severity: Gaussian noise", "severity"),
                new(PlotKind.Curves, "blur", "Test accuracy by severity: Gaussian blur", "severity", Text: "Severity 0 is the clean image."),
                new(PlotKind.Forest, "corrupted", "Paired differences of the accuracy on corrupted images, percentage points"),
                new(PlotKind.Dots, "corrupted", "Mean accuracy over all corruptions and severities, percent"),
            ],
            Notes =
            [
                "The statistics of training are running averages of its mini-batches: where these are small they lag behind the weights, and the "
                    + "arm with those of training is tested with both that and the corruption. The test images’ own are of 500 images and do "
                    + "not lag, so that they may be better on clean images, too.",
            ],
            Published =
            [
                new("Wang et al. 2021 (TENT), CIFAR-10-C at severity 5, all corruptions, error",
                    "with the statistics of training 43.5 %; with those of each test batch 20.4 %."),
                new("Schneider et al. 2020; Nado et al. 2020",
                    "the test batch’s own statistics help against corruption and cost a little on clean images."),
            ],
            Expectations =
            [
                new("With their own statistics the accuracy on corrupted images is higher", "corrupted", "own", "training"),
                new("So they are at severity 5", "worst", "own", "training"),
                new("On clean images it is higher with those of training", "clean", "training", "own"),
            ],
        };
    }
}
