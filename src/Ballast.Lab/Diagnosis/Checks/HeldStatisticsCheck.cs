namespace Ballast.Lab;

/// <summary>Statistics that a fine-tuned network holds, or lets move, where the data say otherwise.</summary>
sealed class HeldStatisticsCheck : DoctorCheck
{
    // In standard deviations of the old data, as the mean of a layer's channels.
    const double Far = 1;

    // Few values give a noisy variance.
    const int SmallBatch = 16;

    public override string Name => "held-statistics";

    public override string Reference => "Li et al. 2016 (AdaBN)";

    public override bool NeedsNorms => false;

    public override IEnumerable<Finding> Find(Examination examination)
    {
        if (examination.Options.Tuning is not { } tuning)
            yield break;
        if (tuning.Normalizations == NormalizationMode.Running)
        {
            if (tuning.IsBodyFrozen && PreciseStatistics.AppliesTo(tuning.Network))
            {
                yield return Found(Severity.Warning, Confidence.Certain, "",
                    "The body is frozen and its running statistics move: the weights behind them do not follow, and what the body computes is "
                        + "another in each epoch.",
                    "Hold the statistics (--norms frozen), or measure them once on the new data (--norms adapting); or train the body too.");
            }

            if (examination.Options.Plan is { BatchSize: < SmallBatch and var size } && PreciseStatistics.AppliesTo(tuning.Network))
            {
                yield return Found(Severity.Note, Confidence.Likely, "",
                    $"The statistics of a trained network move by those of mini-batches of {size} samples.",
                    $"Hold them (--norms frozen, NormalizationMode.Frozen), or take mini-batches of {SmallBatch} or more.", ("batch_size", size));
            }

            yield break;
        }

        if (examination.Options.Batches is not DataLoader loader)
            yield break;
        var distances = StatisticsDistance.Measure(tuning.Network, loader, examination.Options.MaxBatches, examination.Options.Cancellation);
        var far = distances.Where(static layer => layer.Distance > Far).ToList();
        if (far.Count == 0)
            yield break;
        var furthest = far.MaxBy(static layer => layer.Distance)!;
        bool adapted = tuning.Normalizations == NormalizationMode.Adapting;
        string which = adapted ? "the statistics that were measured before training" : "the old data's statistics";
        yield return Found(Severity.Warning, Confidence.Likely, furthest.Name,
            $"{List([.. far.Select(static layer => layer.Name)])}: {which} are held, and the means of these data lie further from them than a "
                + "standard deviation.",
            adapted ? "The body has moved away from them in training: let the statistics move (--norms running), or lower the body's rate."
                : "Measure the statistics on the new data (--norms adapting, NormalizationMode.Adapting), or train the body with moving ones "
                    + "(--body trained --norms running).",
            ("layers", far.Count), ("mean_distance", furthest.Distance), ("variance_ratio", furthest.VarianceRatio));
    }
}
