namespace Ballast.Lab;

/// <summary>Batches of two kinds through one normalization: the means of the batches have two peaks.</summary>
sealed class TwoSourcesCheck : DoctorCheck
{
    const int FewestBatches = 16;

    // The best cut in two explains 64 % of the variance of many normal values. This much it explains of n of them once in a thousand
    // times or less (simulated: 0.886 of 16, 0.804 of 40, 0.708 of 200).
    static double Explained(int n) => 0.7 + 3.0 / n;

    public override string Name => "two-sources";

    public override string Reference => "Radford et al. 2015, section 3; Salimans et al. 2016, section 3.2 (real and generated images)";

    public override string? Missing(Examination examination) =>
        examination.Seen is { } seen && seen.Norms.Any(static norm => norm.Count >= FewestBatches) ? null
            : $"It needs {FewestBatches} batches of the training, as the training has them.";

    public override IEnumerable<Finding> Find(Examination examination)
    {
        bool learns = examination.Seen == examination.Watched;
        foreach (var norm in examination.Seen!.Norms.Where(static norm => norm.Count >= FewestBatches))
        {
            int peaked = 0;
            double apart = 0;
            for (int c = 0; c < norm.Norm.NumFeatures; c++)
            {
                double distance = Distance(norm, c, learns);
                peaked += distance > 0 ? 1 : 0;
                apart = Math.Max(apart, distance);
            }

            double share = (double)peaked / norm.Norm.NumFeatures;
            if (share < 0.25)
                continue;
            yield return Found(Severity.Warning, Confidence.Likely, norm.Name,
                $"The means of the batches that {norm.Norm} is given have two peaks. The running statistics lie "
                    + "between the two and fit neither kind of batch.",
                "Mix both kinds in every batch, or give each statistics of its own. Shuffle data that is sorted.",
                ("channels_with_two_peaks", peaked), ("share_of_channels", share), ("distance_in_standard_deviations", apart),
                ("batches", norm.Means.Count));
            yield break; // what comes behind follows from it
        }
    }

    // The distance of the two peaks in standard deviations within a batch; 0 where there is one peak. While weights learn, means drift
    // from one place to another: two kinds of batches in a training take turns.
    static double Distance(NormMeasurements norm, int channel, bool learns)
    {
        double[] means = [.. norm.Means.Select(batch => batch[channel]).Order()];
        double total = 0, all = means.Average();
        foreach (double mean in means)
            total += (mean - all) * (mean - all);
        if (total <= 0)
            return 0;
        double best = 0, distance = 0, cut = 0, left = 0, sum = all * means.Length;
        for (int i = 1; i < means.Length; i++)
        {
            left += means[i - 1];
            double below = left / i, above = (sum - left) / (means.Length - i);
            double between = (double)i * (means.Length - i) / means.Length * (above - below) * (above - below);
            // A few batches that stand apart are no second kind.
            if (between > best && Math.Min(i, means.Length - i) >= means.Length / 5)
                (best, distance, cut) = (between, above - below, (means[i - 1] + means[i]) / 2);
        }

        distance /= Math.Sqrt(norm.Variance(channel) + norm.Norm.Eps);
        bool peaked = best / total > Explained(means.Length) && distance > 0.25;
        return peaked && (!learns || Turns(norm, channel, cut) >= means.Length / 5) ? distance : 0;
    }

    static int Turns(NormMeasurements norm, int channel, double cut)
    {
        int turns = 0;
        for (int i = 1; i < norm.Means.Count; i++)
            turns += norm.Means[i][channel] > cut != norm.Means[i - 1][channel] > cut ? 1 : 0;
        return turns;
    }
}
