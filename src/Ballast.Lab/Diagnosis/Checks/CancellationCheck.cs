namespace Ballast.Lab;

/// <summary>Channels whose mean is so large beside their spread that float has few digits left for what tells samples apart.
/// </summary>
sealed class CancellationCheck : DoctorCheck
{
    const double Large = 1e3;

    public override string Name => "cancellation";

    public override string Reference => "google/flax#1491, tensorflow/tensorflow#3290";

    public override string? Missing(Examination examination) =>
        examination.IsTrained || examination.Seen is { IsEmpty: false } ? null : NeedsBatches;

    public override IEnumerable<Finding> Find(Examination examination)
    {
        foreach (var (name, norm) in examination.Norms)
        {
            var seen = examination.Seen?.Of(norm);
            if (seen is null && (!examination.IsTrained || norm.RunningMean is null))
                continue;
            int channels = 0, worst = 0;
            double largest = 0;
            for (int c = 0; c < norm.NumFeatures; c++)
            {
                double mean = seen?.Mean(c) ?? norm.RunningMean!.AsSpan()[c], variance = seen?.Variance(c) ?? norm.RunningVar!.AsSpan()[c];
                double ratio = Math.Abs(mean) / Math.Sqrt(variance);
                if (variance < 10 * norm.Eps || !(ratio > Large)) // what is constant is another check's
                    continue;
                channels++;
                if (ratio > largest)
                    (largest, worst) = (ratio, c);
            }

            if (channels == 0)
                continue;
            yield return Found(Severity.Warning, seen is null ? Confidence.Likely : Confidence.Certain, name,
                $"{channels} of {norm.NumFeatures} channels of {norm} have a mean more than a thousand times "
                    + "their spread. Ballast takes the difference first, but the values themselves have few digits "
                    + "left for it; programs that compute E[x^2] - E[x]^2 get a wrong or negative variance.",
                "Take the mean of the data away before the network, or look for the bias that grew.",
                ("channels", channels), ("mean_over_standard_deviation", largest), ("channel", worst));
        }
    }
}
