namespace Ballast.Lab;

/// <summary>What a trial is made of.</summary>
sealed class TrialContext(
    StudyDefinition definition, StudyArm arm, StudyRepeat repeat, StudyData data, Action<double> report,
    CancellationToken cancellation, string? weightsPath = null)
{
    ByteDataset? train;

    /// <summary>The study.</summary>
    public StudyDefinition Definition => definition;

    /// <summary>What is tried.</summary>
    public StudyArm Arm => arm;

    /// <summary>Which repetition.</summary>
    public StudyRepeat Repeat => repeat;

    /// <summary>How it is trained, with the repetition's seed.</summary>
    public RunSettings Settings { get; } = arm.Settings with { Seed = repeat.Seed };

    /// <summary>The images to train on: all, or so many as the arm's <c>images</c> says, drawn by the repetition's seed.</summary>
    public ByteDataset Train => train ??= arm.Number("images", 0) is > 0 and var count && count < data.Train.Count
        ? data.Train.Subset(new Generator(repeat.Seed).Permutation(data.Train.Count).AsSpan()[..(int)count]) : data.Train;

    /// <summary>The group of each image to train on; null where folds are not of whole groups.</summary>
    public IReadOnlyList<string>? Groups => data.Groups;

    /// <summary>The images to test on.</summary>
    public ByteDataset Test => data.Test;

    /// <summary>Stops the trial.</summary>
    public CancellationToken Cancellation => cancellation;

    /// <summary>Where the trained weights are kept; null for nowhere.</summary>
    public string? WeightsPath => weightsPath;

    /// <summary>Says how much of the trial is done, 0 to 1.</summary>
    public void Report(double share) => report(share);

    /// <summary>Makes the network, drawing its initial weights as a fresh program with the seed would; where the arm has an
    /// <c>initialScale</c>, all weights of linear and convolutional layers but the last are multiplied by it.</summary>
    public Module Build()
    {
        var network = RunNetwork.Build(Settings, RunSamples.Of(Train));
        double scale = arm.Number("initialScale", 1);
        if (scale == 1)
            return network;
        Parameter[] weights = [.. network.Parameters().Where(static parameter => parameter.Shape.Rank > 1)];
        foreach (var weight in weights.AsSpan()[..^1])
            weight.CopyFrom(Array.ConvertAll(weight.ToArray(), value => (float)(value * scale)));
        return network;
    }

    /// <summary>The optimizer of a network.</summary>
    public Optimizer Optimizer(Module network) => RunTraining.Optimizer(Settings, network);

    /// <summary>The loss that is trained on.</summary>
    public Func<Tensor, Tensor, Tensor> Loss() =>
        RunTraining.Loss(Settings.Does, Train.ClassNames.Count) ?? new CrossEntropyLoss().Forward;

    /// <summary>The loader of the images to train on.</summary>
    public DataLoader Loader() => new(
        Train, Math.Min(Settings.BatchSize, Train.Count), shuffle: true, dropLast: Settings.DropLast, transforms: RunTraining.Transforms(Settings));

    /// <summary>Tests a network.</summary>
    public Evaluation Evaluate(Module network, Dataset? images = null) =>
        Evaluation.Run(network, images ?? Test, cancellation: cancellation);

    /// <summary>The same trial with other settings on other images, as a part of this one.</summary>
    public TrialContext Part(RunSettings settings, StudyData images, double from, double to) => new(
        definition, arm with { Settings = settings, Numbers = null }, repeat, images, share => report(from + (to - from) * share), cancellation);

    /// <summary>This trial with another learning rate, in the rest of its time.</summary>
    public TrialContext At(float rate, double from) => new(
        definition, arm with { Settings = arm.Settings with { LearningRate = rate } }, repeat, data,
        share => report(from + (1 - from) * share), cancellation, weightsPath);

    /// <summary>What the trial's file says besides what was measured.</summary>
    public TrialResult Result() => new()
    {
        Study = definition.Fingerprint(),
        Arm = arm.Name,
        Seed = repeat.Seed,
        Fold = repeat.Fold,
    };
}
