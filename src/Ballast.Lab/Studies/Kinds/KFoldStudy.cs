namespace Ballast.Lab;

/// <summary>Cross validation: how well does the network do on images it was not trained on, whichever these are?</summary>
static class KFoldStudy
{
    const int Folds = 5;

    public static Study Study { get; } = new(
        "kfold", "K-fold cross validation of a network, with its normalization and without", StudyParts.Tutorial with { Epochs = 2 }, Define);

    /// <summary>The cross validation of one network.</summary>
    /// <param name="settings">How it is trained; its seed is that of the folds, too.</param>
    /// <param name="folds">How many there are.</param>
    /// <param name="stratified">Whether each has the classes in the proportion of the whole.</param>
    /// <param name="data">The images, none of them held out.</param>
    /// <param name="group">The column of groups that are in a fold whole; null for none.</param>
    /// <exception cref="ArgumentException">Fewer images or groups than folds, or settings that a study does not follow.</exception>
    public static StudyDefinition OfNetwork(RunSettings settings, int folds, bool stratified, StudyData data, string? group = null)
    {
        var asked = new StudyOptions { Folds = folds, Stratified = stratified, Seeds = [settings.Seed] };
        var one = Define(asked, settings, data, static own => [new("network", "with this network", own, "fold")]) with
        {
            Comparisons = [],
            Expectations = [],
            Published = [],
            Group = group,
        };
        if (group is not null)
        {
            _ = KFold.ByGroup(data.Groups ?? throw new ArgumentException($"There is no {group} of each image."), folds);
            string parts = $"into {folds} parts";
            one = one with { Question = one.Question.Replace(parts, $"{parts} of whole groups by {group}", StringComparison.Ordinal) };
        }

        one = one with
        {
            Plots = [.. one.Plots.Where(static plot => plot.Kind != PlotKind.Forest)],
        };
        one.Check();
        return one;
    }

    static StudyDefinition Define(StudyOptions options, StudyData data) => Define(options, options.Apply(Study.Settings), data, static settings =>
    {
        var sites = NormalizationSites.Of(settings.Layers);
        return
        [
            new("with", "with batch normalization", settings with { Layers = sites.Place(sites.Word ?? "batchnorm") }, "fold"),
            new("without", "without it", settings with { Layers = sites.Without }, "fold"),
        ];
    });

    static StudyDefinition Define(
        StudyOptions options, RunSettings asked, StudyData data, Func<RunSettings, IReadOnlyList<StudyArm>> arms)
    {
        int folds = options.Folds ?? Folds;
        if (data.Train.Count < folds)
            throw new ArgumentException(
                $"--folds: there are {data.Train.Count} images, and each of {folds} folds needs one at least. Take fewer folds.");
        var settings = StudyParts.Fit(asked, data);
        // The largest fold leaves the fewest images to train on.
        int fewest = data.Train.Count - (data.Train.Count + folds - 1) / folds, most = data.Train.Count - data.Train.Count / folds;
        int size = Math.Min(settings.BatchSize, fewest);
        settings = settings with { BatchSize = size, DropLast = settings.DropLast || (size > 1 && (fewest % size == 1 || most % size == 1)) };
        if (options.Stratified)
            KFold.Stratified([.. Enumerable.Range(0, data.Train.Count).Select(data.Train.Label)], folds);
        return new StudyDefinition
        {
            Study = Study.Name,
            Title = $"Cross validation in {folds} folds",
            Question = $"The training images are divided into {folds} "
                + $"parts{(options.Stratified ? ", each with the classes in the proportion of the whole" : "")}. Each part is "
                + "tested on once by a network that was trained on the others: a mean and a spread that do not "
                    + "hang on one division into training and test.",
            Arms = arms(settings),
            Seeds = options.SeedsOr(1),
            Folds = folds,
            Stratified = options.Stratified,
            Measures =
            [
                StudyParts.Accuracy with { Title = "accuracy on the fold that was left out" },
                StudyParts.TestLoss with { Title = "loss on that fold" }, StudyParts.TrainLoss,
            ],
            Comparisons = [new("with", "without")],
            Plots =
            [
                StudyParts.AccuracyForest with { Caption = "Paired differences of the accuracy on the fold that was left out, percentage points" },
                StudyParts.AccuracyDots with { Caption = "Accuracy on the fold that was left out, percent" },
                StudyParts.AccuracyCurve with { Caption = "Accuracy on the fold that was left out, over training" }, StudyParts.LossCurve,
            ],
            Published =
            [
                new("The tutorial’s next step", "is cross validation of the same network with scikit-learn’s "
                    + "KFold and PyTorch’s SubsetRandomSampler. The folds here are scikit-learn’s for the same "
                    + "seed (KFold or StratifiedKFold, shuffled), and the order of images is drawn as SubsetRandomSampler draws it."),
            ],
            Expectations = [new("With batch normalization the network is better (the tutorial)", "accuracy", "with", "without")],
        };
    }
}
