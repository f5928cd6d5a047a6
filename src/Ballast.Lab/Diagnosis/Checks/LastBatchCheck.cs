namespace Ballast.Lab;

/// <summary>Batches that leave too few values a channel for a mean and a variance: the last one of an epoch, or all.</summary>
sealed class LastBatchCheck : DoctorCheck
{
    const int Few = 8;

    public override string Name => "last-batch";

    public override string Reference => "pytorch/pytorch#7716, fastai/fastai#1095; Wu and He 2018, figure 1";

    public override string? Missing(Examination examination) => examination.Plan is null
        ? "It needs the batch size and the number of samples." : null;

    public override IEnumerable<Finding> Find(Examination examination)
    {
        var plan = examination.Plan!;
        int usual = plan.SampleCount is { } count ? Math.Min(plan.BatchSize, count) : plan.BatchSize;
        if (Fewest(examination, usual) is var (small, smallNorm, smallest))
        {
            yield return Found(smallest <= 1 ? Severity.Error : Severity.Warning, Confidence.Certain, small,
                $"Batches of {usual} give {smallNorm} {smallest} {(smallest == 1 ? "value" : "values")} a channel to take mean and variance of.",
                "Use larger batches, or a normalization that does without the batch, such as group normalization.",
                ("batch_size", usual), ("values_per_channel", smallest));
            yield break;
        }

        if (plan.LastBatch is { } last && last < plan.BatchSize && Fewest(examination, last) is var (name, norm, values))
        {
            yield return Found(values <= 1 ? Severity.Error : Severity.Warning, Confidence.Certain, name,
                values <= 1
                    ? $"{plan.SampleCount} samples in batches of {plan.BatchSize} leave a last batch of {last}: "
                        + $"{norm} has one value a channel then, which has no variance, and refuses it."
                    : $"{plan.SampleCount} samples in batches of {plan.BatchSize} leave a last batch of {last}: {norm} has {values} "
                        + "values a channel then, whose mean and variance count as much in the running statistics as those of a whole batch.",
                "Leave the last batch out (DataLoader with dropLast: true, --drop-last), or use another batch size.",
                ("samples", plan.SampleCount!.Value), ("batch_size", plan.BatchSize), ("last_batch", last), ("values_per_channel", values));
        }
    }

    static (string Name, BatchNorm Norm, int Values)? Fewest(Examination examination, int batch)
    {
        (string Name, BatchNorm Norm, int Values)? fewest = null;
        foreach (var (name, norm) in examination.Norms)
        {
            if (examination.ValuesPerSample(norm) is { } each && (long)batch * each < Few && !(fewest?.Values <= batch * each))
                fewest = (name, norm, batch * each);
        }

        return fewest;
    }
}
