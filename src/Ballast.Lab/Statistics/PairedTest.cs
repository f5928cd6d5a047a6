namespace Ballast.Lab;

/// <summary>Student's t test of paired differences: is their mean other than 0?</summary>
/// <param name="Count">How many pairs there are.</param>
/// <param name="Mean">The mean difference.</param>
/// <param name="Deviation">The differences' standard deviation, over n - 1.</param>
/// <param name="T">The test's statistic, with n - 1 degrees of freedom; infinite where all differences are equal and not 0.
/// </param>
/// <param name="P">The probability of a statistic as far from 0 or farther, were the true mean 0.</param>
/// <param name="Low">The lower end of the 95 % confidence interval of the mean difference.</param>
/// <param name="High">Its upper end.</param>
/// <param name="Needed">How many pairs a test at 5 % would need to find a difference of this size and spread four times out of
/// five; null where there is no difference at all, or more than <see cref="MostNeeded"/> would be.</param>
public sealed record PairedTest(
    int Count, double Mean, double Deviation, double T, double P, double Low, double High, int? Needed)
{
    /// <summary>Up to how many pairs <see cref="Needed"/> says.</summary>
    public const int MostNeeded = 10_000;

    const double Power = 0.8;

    /// <summary>Whether the difference is significant at 5 %.</summary>
    public bool IsSignificant => P < 0.05;

    /// <summary>Tests differences; null with fewer than two.</summary>
    /// <param name="differences">One for each pair.</param>
    /// <param name="overlap">For the folds of a cross validation the test samples of a fold over its training samples, 1 / (K -
    /// 1); else 0. Folds share most of what they train on, so their differences are not independent: the variance of the mean is
    /// then taken as s² (1 / n + overlap) in place of s² / n (Nadeau &amp; Bengio, 2003).</param>
    public static PairedTest? Of(IReadOnlyCollection<double> differences, double overlap = 0)
    {
        int count = differences.Count;
        if (count < 2)
            return null;
        var summary = SampleSummary.Of(differences);
        double mean = summary.Mean, deviation = summary.Deviation!.Value;
        double error = deviation * Math.Sqrt(1.0 / count + overlap);
        double t = error > 0 ? mean / error : mean == 0 ? 0 : double.PositiveInfinity * Math.Sign(mean);
        double half = error > 0 ? StudentT.Quantile(0.975, count - 1) * error : 0;
        return new PairedTest(
            count, mean, deviation, t, StudentT.TwoSided(t, count - 1), mean - half, mean + half, PairsFor(mean, deviation, overlap));
    }

    // The smallest n with n >= ((t(0.975) + t(0.8)) s / d)², t's degrees of freedom being n - 1. The share that folds have in
    // common is not made smaller by more of them.
    static int? PairsFor(double mean, double deviation, double overlap)
    {
        if (mean == 0)
            return null;
        double ratio = deviation / Math.Abs(mean);
        for (int n = 2; n <= MostNeeded; n = n < 100 ? n + 1 : n + n / 100)
        {
            double reach = StudentT.Quantile(0.975, n - 1) + StudentT.Quantile(Power, n - 1);
            if (reach * ratio * Math.Sqrt(1.0 / n + overlap) <= 1)
                return n;
        }

        return null;
    }

    /// <summary>Holm's correction: p values of several tests, each raised so that the chance of even one false alarm among them
    /// stays at the level (Holm, 1979). The order is kept.</summary>
    public static IReadOnlyList<double> Holm(IReadOnlyList<double> p)
    {
        double[] adjusted = new double[p.Count];
        double largest = 0;
        int rank = 0;
        foreach (int i in Enumerable.Range(0, p.Count).OrderBy(i => p[i]))
        {
            largest = Math.Max(largest, Math.Min(1, (p.Count - rank++) * p[i]));
            adjusted[i] = largest;
        }

        return adjusted;
    }
}
