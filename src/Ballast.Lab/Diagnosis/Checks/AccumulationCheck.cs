namespace Ballast.Lab;

/// <summary>Gradients of several batches that are added up: the statistics stay those of the small batches.</summary>
sealed class AccumulationCheck : DoctorCheck
{
    public override string Name => "accumulation";

    public override string Reference => "pytorch/pytorch#46516";

    public override string? Missing(Examination examination) =>
        examination.Options.AccumulationSteps == 1 && examination.Watched is null
            ? "It needs the number of batches whose gradients are added up (DoctorOptions.AccumulationSteps), or a training to watch." : null;

    public override IEnumerable<Finding> Find(Examination examination)
    {
        int given = examination.Options.AccumulationSteps;
        double steps = given;
        if (given == 1 && examination.Watched is { TrainingPasses: >= 8 } watched)
            steps = (double)watched.TrainingPasses / Math.Max(1, watched.ChangedPasses);
        if (steps < 1.9)
            yield break;
        var smallest = examination.Norms.Select(entry => (entry.Name, Values: Values(examination, entry.Norm)))
            .Where(static entry => entry.Values is not null).OrderBy(static entry => entry.Values).FirstOrDefault();
        yield return Found(smallest.Values is < 32 ? Severity.Warning : Severity.Note, given > 1 ? Confidence.Certain : Confidence.Possible,
            smallest.Name ?? examination.Norms[0].Name,
            given > 1
                ? $"Gradients of {given} batches are added up before a step. Mean and variance are still those "
                    + "of each small batch: for batch normalization it is no larger batch."
                : "The network ran more than once in training mode between two steps of the optimizer. If gradients "
                    + "are added up: mean and variance are still those of each small batch.",
            "Expect the results of the small batch, or use a normalization that does without the batch, such as group normalization.",
            ("batches_per_step", steps), ("values_per_channel", smallest.Values ?? double.NaN));
    }

    static double? Values(Examination examination, BatchNorm norm) =>
        examination.Seen?.Of(norm) is { } seen ? seen.Values
        : examination.Plan is { } plan && examination.ValuesPerSample(norm) is { } each ? (double)plan.BatchSize * each
        : null;
}
