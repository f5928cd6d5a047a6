namespace Ballast.Lab;

/// <summary>Averaged weights with the running statistics of the weights they are an average of.</summary>
sealed class StaleAverageCheck : DoctorCheck
{
    public override string Name => "stale-average";

    public override string Reference => "Izmailov et al. 2018, section 3.2; rwightman/pytorch-image-models#106";

    public override string? Missing(Examination examination) => examination.Options.AveragedWeights ? null
        : "It needs to know that the weights are an average: DoctorOptions.AveragedWeights.";

    public override IEnumerable<Finding> Find(Examination examination)
    {
        const string Remedy = "Compute the running statistics anew from the training data with the averaged weights: PreciseStatistics.Update.";
        if (examination.Measured is not { Batches: > 0 } measured)
        {
            if (!examination.Options.StatisticsRecomputed)
            {
                yield return Found(Severity.Warning, Confidence.Likely, examination.Norms[0].Name,
                    "The weights are an average of several steps', and the running statistics were not computed "
                        + "anew for them: no single step's, nor their average, are those of the averaged network.",
                    Remedy, ("layers", examination.Norms.Count));
            }

            yield break;
        }

        List<(string Name, double Distance, double Ratio)> stale = [];
        foreach (var (name, norm) in examination.Norms)
        {
            if (measured.Training.Of(norm) is not { } seen || measured.Running(norm) is not var (mean, variance))
                continue;
            var (distance, ratio) = seen.Staleness(mean, variance);
            if (distance > 0.25 || ratio is > 1.25 or < 0.8)
                stale.Add((name, distance, ratio));
        }

        if (stale.Count == 0)
            yield break;
        var worst = stale.MaxBy(static entry => entry.Distance + Math.Abs(Math.Log(entry.Ratio)));
        yield return Found(Severity.Error, Confidence.Likely, worst.Name,
            $"The weights are an average of several steps', and the running statistics of {List([.. stale.Select(static entry => entry.Name)])} "
                + "are not those that the averaged network has.",
            Remedy, ("mean_distance", worst.Distance), ("variance_ratio", worst.Ratio), ("layers", stale.Count));
    }
}
