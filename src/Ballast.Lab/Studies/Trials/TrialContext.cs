namespace Ballast.Lab;

/// <summary>What a trial is made of.</summary>
sealed class TrialContext(
    StudyDefinition definition, StudyArm arm, StudyRepeat repeat, StudyData data, Action<double> report,
    CancellationToken cancellation)
{
    /// <summary>The study.</summary>
    public StudyDefinition Definition => definition;

    /// <summary>What is tried.</summary>
    public StudyArm Arm => arm;

    /// <summary>Which repetition.</summary>
    public StudyRepeat Repeat => repeat;

    /// <summary>How it is trained, with the repetition's seed.</summary>
    public RunSettings Settings { get; } = arm.Settings with { Seed = repeat.Seed };

    /// <summary>The images to train on.</summary>
    public ByteDataset Train => data.Train;

    /// <summary>The images to test on.</summary>
    public ByteDataset Test => data.Test;

    /// <summary>Stops the trial.</summary>
    public CancellationToken Cancellation => cancellation;

    /// <summary>Says how much of the trial is done, 0 to 1.</summary>
    public void Report(double share) => report(share);

    /// <summary>Makes the network, drawing its initial weights as a fresh program with the seed would.</summary>
    public Module Build() => RunNetwork.Build(Settings, RunSamples.Of(Train));

    /// <summary>The optimizer of a network.</summary>
    public Optimizer Optimizer(Module network) => RunTraining.Optimizer(Settings, network);

    /// <summary>The loss that is trained on.</summary>
    public Func<Tensor, Labels, Tensor> Loss() =>
        RunTraining.Loss(Settings.Does, Train.ClassNames.Count) ?? new CrossEntropyLoss().Forward;

    /// <summary>The loader of the images to train on.</summary>
    public DataLoader Loader() => new(
        Train, Settings.BatchSize, shuffle: true, dropLast: Settings.DropLast, transforms: RunTraining.Transforms(Settings));

    /// <summary>Tests a network.</summary>
    public Evaluation Evaluate(Module network, Dataset? images = null) =>
        Evaluation.Run(network, images ?? Test, cancellation: cancellation);

    /// <summary>What the trial's file says besides what was measured.</summary>
    public TrialResult Result() => new()
    {
        Study = definition.Fingerprint(),
        Arm = arm.Name,
        Seed = repeat.Seed,
        Fold = repeat.Fold,
    };
}
