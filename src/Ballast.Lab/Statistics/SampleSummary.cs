namespace Ballast.Lab;

/// <summary>Some measurements of one thing.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="Mean">Their mean; not a number without any.</param>
/// <param name="Deviation">Their standard deviation, over n - 1; null with fewer than two.</param>
public sealed record SampleSummary(int Count, double Mean, double? Deviation)
{
    /// <summary>Summarizes values.</summary>
    public static SampleSummary Of(IReadOnlyCollection<double> values)
    {
        int count = values.Count;
        double mean = count == 0 ? double.NaN : values.Sum() / count;
        double? deviation = count < 2 ? null : Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (count - 1));
        return new SampleSummary(count, mean, deviation);
    }

    /// <summary>The interval that holds the true mean with 95 % confidence, by Student's t; null with fewer than two values.
    /// </summary>
    public (double Low, double High)? Interval()
    {
        if (Deviation is not { } deviation)
            return null;
        double half = StudentT.Quantile(0.975, Count - 1) * deviation / Math.Sqrt(Count);
        return (Mean - half, Mean + half);
    }
}
