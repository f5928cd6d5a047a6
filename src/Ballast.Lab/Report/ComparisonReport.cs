namespace Ballast.Lab;

/// <summary>What the page of <c>ballast compare</c> shows: one network trained with batch normalization and without.
/// <see cref="ComparisonPage"/> renders it.</summary>
public sealed record ComparisonReport
{
    /// <summary>The page's heading.</summary>
    public string Title { get; init; } = "One network, with and without batch normalization";

    /// <summary>The run with batch normalization; null if it was not begun.</summary>
    public RunCurve? With { get; init; }

    /// <summary>The run without batch normalization; null if it was not begun.</summary>
    public RunCurve? Without { get; init; }

    /// <summary>How many epochs each run was meant to have.</summary>
    public required int Epochs { get; init; }

    /// <summary>Mini-batches in an epoch.</summary>
    public required int StepsPerEpoch { get; init; }

    /// <summary>Mini-batches whose mean loss is one <see cref="LossPoint"/>. The count starts anew with each epoch, and
    /// a remainder at its end has no point.</summary>
    public int LogEvery { get; init; } = 500;

    /// <summary>Images in a mini-batch.</summary>
    public required int BatchSize { get; init; }

    /// <summary>The seed of weights and order.</summary>
    public required long Seed { get; init; }

    /// <summary>What the runs trained on.</summary>
    public string Dataset { get; init; } = "CIFAR-10";

    /// <summary>How many images the runs trained on.</summary>
    public int TrainingImages { get; init; } = 50_000;

    /// <summary>How many images the runs were tested on.</summary>
    public int TestImages { get; init; } = 10_000;

    /// <summary>The network's layers from input to output, for the diagram; empty to leave it out.</summary>
    public IReadOnlyList<NetworkLayer> Network { get; init; } = [];

    /// <summary>What others got from the same training; <see cref="TutorialComparison.Published"/> for the
    /// tutorial's.</summary>
    public IReadOnlyList<PublishedResult> Published { get; init; } = [];

    /// <summary>What is known about how far these numbers can be trusted, one paragraph each.</summary>
    public IReadOnlyList<string> Caveats { get; init; } = [];

    /// <summary>The settings, in the order they are listed.</summary>
    public IReadOnlyList<Setting> Settings { get; init; } = [];

    /// <summary>Where the result comes from.</summary>
    public required Provenance Provenance { get; init; }

    /// <summary>The last epoch that both runs completed with finite losses; null if there is none.</summary>
    public int? ComparedEpoch
    {
        get
        {
            int epoch = Epochs;
            while (epoch > 0 && (MeanLoss(With, epoch) is null || MeanLoss(Without, epoch) is null))
                epoch--;
            return epoch > 0 ? epoch : null;
        }
    }

    /// <summary>The mean of an epoch's points; null if the run did not complete it or its losses were not finite.</summary>
    public double? MeanLoss(RunCurve? run, int epoch) => run?.EpochMean(epoch, PointsPerEpoch);

    /// <summary>How many points a complete epoch has.</summary>
    internal int PointsPerEpoch => Math.Max(1, StepsPerEpoch / Math.Max(1, LogEvery));
}
