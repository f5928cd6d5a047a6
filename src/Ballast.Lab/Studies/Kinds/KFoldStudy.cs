namespace Ballast.Lab;

/// <summary>Cross validation: how well does the network do on images it was not trained on, whichever these are?</summary>
static class KFoldStudy
{
    const int Folds = 5;

    public static Study Study { get; } = new(
        "kfold", "K-fold cross validation of a network, with its normalization and without", StudyParts.Tutorial with { Epochs = 2 }, Define);

    static StudyDefinition Define(StudyOptions options, StudyData data)
    {
        int folds = options.Folds ?? Folds;
        if (data.Train.Count < folds)
            throw new ArgumentException($"--folds: there are {data.Train.Count} images, and each of {folds} folds needs one at least. Take fewer folds.");
        var settings = StudyParts.Fit(options.Apply(Study.Settings), data);
        // The largest fold leaves the fewest images to train on.
        int fewest = data.Train.Count - (data.Train.Count + folds - 1) / folds, most = data.Train.Count - data.Train.Count / folds;
        int size = Math.Min(settings.BatchSize, fewest);
        settings = settings with { BatchSize = size, DropLast = settings.DropLast || (size > 1 && (fewest % size == 1 || most % size == 1)) };
        if (options.Stratified)
            KFold.Stratified([.. Enumerable.Range(0, data.Train.Count).Select(data.Train.Label)], folds);
        var sites = NormalizationSites.Of(settings.Layers);
        var notes = new List<string>();
        if (data.IsHeldOut)
            notes.Add("A fifth of the images was held out before the folds were made, as in every study of data without test images; cross validation does not use it.");
        return new StudyDefinition
        {
            Study = Study.Name,
            Title = $"Cross validation in {folds} folds",
            Question = $"The training images are divided into {folds} parts{(options.Stratified ? ", each with the classes in the proportion of the whole" : "")}. Each part is "
                + "tested on once by a network that was trained on the others: a mean and a spread that do not hang on one division into training and test.",
            Arms =
            [
                new("with", "with batch normalization", settings with { Layers = sites.Place(sites.Word ?? "batchnorm") }, "fold"),
                new("without", "without it", settings with { Layers = sites.Without }, "fold"),
            ],
            Seeds = options.SeedsOr(1),
            Folds = folds,
            Stratified = options.Stratified,
            Measures =
            [
                StudyParts.Accuracy with { Title = "accuracy on the fold that was left out" }, StudyParts.TestLoss with { Title = "loss on that fold" }, StudyParts.TrainLoss,
            ],
            Comparisons = [new("with", "without")],
            Plots = [StudyParts.AccuracyForest, StudyParts.AccuracyDots with { Caption = "Accuracy on the fold that was left out, percent" }, StudyParts.AccuracyCurve, StudyParts.LossCurve],
            Notes = notes,
            Published =
            [
                new("The tutorial’s next step", "is cross validation of the same network with scikit-learn’s KFold and PyTorch’s SubsetRandomSampler. The folds here are scikit-learn’s for the same seed (KFold or StratifiedKFold, shuffled), and the order of images is drawn as SubsetRandomSampler draws it."),
            ],
            Expectations = [new("With batch normalization the network is better (the tutorial)", "accuracy", "with", "without")],
        };
    }
}
