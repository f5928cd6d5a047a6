namespace Ballast.Lab;

/// <summary>Student's t test of paired differences: is their mean other than 0?</summary>
/// <remarks>Where several differences are asked about at once, p, interval, and the number of pairs needed are all those of the one
/// test that Bonferroni's inequality corrects for them, so that none contradicts another: p is below 0.05 exactly where the
/// interval is on one side of 0.</remarks>
/// <param name="Count">How many pairs there are.</param>
/// <param name="Mean">The mean difference.</param>
/// <param name="Deviation">The differences' standard deviation, over n - 1, or what the steps of the values leave uncertain where that is
/// more.</param>
/// <param name="T">The test's statistic, with n - 1 degrees of freedom; infinite where all differences are equal and not 0.
/// </param>
/// <param name="P">The probability of a statistic as far from 0 or farther, were the true mean 0, times <paramref name="Family"/>, 1
/// at most.</param>
/// <param name="Low">The lower end of the interval of the mean difference: together all intervals of the family have 95 %
/// confidence.</param>
/// <param name="High">Its upper end.</param>
/// <param name="Needed">How many pairs this test would need to find a difference of this size and spread four times out of
/// five; null where there is no difference at all, or more than <see cref="MostNeeded"/> would be.</param>
/// <param name="Family">How many differences are asked about at once.</param>
public sealed record PairedTest(
    int Count, double Mean, double Deviation, double T, double P, double Low, double High, int? Needed, int Family = 1)
{
    /// <summary>Up to how many pairs <see cref="Needed"/> says.</summary>
    public const int MostNeeded = 10_000;

    /// <summary>How often a family of tests may find a difference where there is none.</summary>
    public const double Level = 0.05;

    const double Power = 0.8;
    const int Few = 50;

    /// <summary>A p value as reports write it, with three decimals or four: below 0.05 only where it is significant.</summary>
    public static string Text(double p) => MeasureText.P(p);

    /// <summary>Whether the difference is significant at 5 %, corrected for the family.</summary>
    public bool IsSignificant => P < Level;

    /// <summary>Tests differences; null with fewer than two.</summary>
    /// <param name="differences">One for each pair.</param>
    /// <param name="overlap">For the folds of a cross validation the test samples of a fold over its training samples, 1 / (K -
    /// 1); else 0. Folds share most of what they train on, so their differences are not independent: the variance of the mean is
    /// then taken as s² (1 / n + overlap) in place of s² / n (Nadeau &amp; Bengio, 2003).</param>
    /// <param name="family">How many differences are asked about at once.</param>
    /// <param name="step">The step that each of the two values is measured in, such as one of so many test images; 0 where there is none. A
    /// difference is known to within sqrt(step² / 6), by the variance step² / 12 of a rounding error (Sheppard), and the spread of few
    /// differences is not taken to be less: three equal ones would otherwise be certain, and of many pairs some are always equal.</param>
    public static PairedTest? Of(IReadOnlyCollection<double> differences, double overlap = 0, int family = 1, double step = 0)
    {
        int count = differences.Count;
        if (count < 2)
            return null;
        var summary = SampleSummary.Of(differences);
        double mean = summary.Mean, deviation = Math.Max(summary.Deviation!.Value, step / Math.Sqrt(6));
        double error = deviation * Math.Sqrt(1.0 / count + overlap);
        double t = error > 0 ? mean / error : mean == 0 ? 0 : double.PositiveInfinity * Math.Sign(mean);
        double half = error > 0 ? StudentT.Quantile(Share(family), count - 1) * error : 0;
        double p = Math.Min(1, family * StudentT.TwoSided(t, count - 1));
        return new PairedTest(
            count, mean, deviation, t, p, mean - half, mean + half, PairsFor(mean, deviation, overlap, family), family);
    }

    // The share below the upper end of an interval, each end of each of the family having its part of the level.
    static double Share(int family) => 1 - Level / 2 / family;

    // The smallest n at which the test finds the difference four times out of five. n >= ((t(1 - 0.025 / family) + t(0.8)) s / d)², t's degrees of
    // freedom being n - 1, is too few below a dozen pairs, by up to ten points of power: there the noncentral t has the word. The share that
    // folds have in common is not made smaller by more of them.
    static int? PairsFor(double mean, double deviation, double overlap, int family)
    {
        if (mean == 0)
            return null;
        double ratio = deviation / Math.Abs(mean);
        // More pairs find it more surely: the first that do are found by halving.
        int low = 0, high = Counts.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (Finds(Counts[middle]))
                high = middle;
            else
                low = middle + 1;
        }

        return low < Counts.Length ? Counts[low] : null;

        bool Finds(int n)
        {
            double quantile = StudentT.Quantile(Share(family), n - 1), error = ratio * Math.Sqrt(1.0 / n + overlap);
            return (quantile + StudentT.Quantile(Power, n - 1)) * error <= 1
                && (error == 0 || n > Few || StudentT.Power(1 / error, quantile, n - 1) >= Power);
        }
    }

    // Every number of pairs below 100, then each a hundredth more than the last.
    static int[] Counts { get; } = [.. Numbers()];

    static IEnumerable<int> Numbers()
    {
        for (int n = 2; n <= MostNeeded; n = n < 100 ? n + 1 : n + n / 100)
            yield return n;
    }
}
