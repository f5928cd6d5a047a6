using Ballast.Lab;

namespace Ballast.Tests.Lab;

/// <summary>Student's t and the paired test against SciPy 1.10.1: <c>stats.t.cdf(t, n)</c>, <c>2 * stats.t.sf(abs(t), n)</c>,
/// <c>stats.t.ppf(p, n)</c>, <c>special.betainc(a, b, x)</c>, <c>special.gammaln(x)</c>, <c>stats.ttest_rel(a, b)</c>.</summary>
public class StudentTTests
{
    // Twelve digits: the continued fraction and SciPy's Cephes round differently.
    static void Same(double expected, double found) =>
        Assert.True(Math.Abs(found - expected) <= 1e-12 * Math.Max(Math.Abs(expected), 1e-6), $"expected {expected:R}, got {found:R}");

    [Theory]
    [InlineData(0.5, 1, 0.6475836176504333, 0.7048327646991336)]
    [InlineData(1.0, 2, 0.7886751345948129, 0.42264973081037427)]
    [InlineData(2.776445105, 4, 0.9749999999949402, 0.05000000001011946)]
    [InlineData(-1.3, 7, 0.11738391769618858, 0.23476783539237717)]
    [InlineData(12.5, 4, 0.9998821919765536, 0.00023561604689269984)]
    [InlineData(0.001, 30, 0.5003956321167575, 0.9992087357664852)]
    [InlineData(3.3, 120, 0.9993633500061743, 0.0012732999876515147)]
    [InlineData(40, 9, 0.9999999999905085, 1.8982998449339835e-11)]
    [InlineData(1.96, 100000, 0.9750007184028492, 0.04999856319430167)]
    public void Probabilities(double t, double degrees, double below, double twoSided)
    {
        Same(below, StudentT.Cdf(t, degrees));
        // A hundred thousand degrees of freedom: the logarithms of gamma cancel.
        double tolerance = degrees > 1000 ? 1e-10 : 2e-12;
        Assert.InRange(StudentT.TwoSided(t, degrees) / twoSided, 1 - tolerance, 1 + tolerance);
    }

    [Theory]
    [InlineData(0.975, 1, 12.706204736432095)]
    [InlineData(0.975, 4, 2.7764451051977987)]
    [InlineData(0.975, 9, 2.2621571627409915)]
    [InlineData(0.8, 4, 0.94096457719753)]
    [InlineData(0.9995, 2, 31.599054577041514)]
    [InlineData(0.025, 29, -2.0452296421327034)]
    [InlineData(0.6, 1000, 0.25341451583949864)]
    public void Quantiles(double p, double degrees, double t) => Assert.Equal(t, StudentT.Quantile(p, degrees), 1e-10 * Math.Abs(t));

    [Theory]
    [InlineData(0.3, 2, 5, 0.5798250000000001)]
    [InlineData(0.9, 0.5, 0.5, 0.7951672353008662)]
    [InlineData(0.01, 50, 2, 5.050000000000007e-99)]
    [InlineData(0, 2, 3, 0)]
    [InlineData(1, 2, 3, 1)]
    public void Incomplete_beta(double x, double a, double b, double value) =>
        Assert.Equal(value, StudentT.RegularizedBeta(x, a, b), 1e-11 * value);

    [Theory]
    [InlineData(0.5, 0.5723649429247)]
    [InlineData(1, 0)]
    [InlineData(2.5, 0.2846828704729192)]
    [InlineData(14.9, 24.924132002217277)]
    [InlineData(100.25, 360.28455963776423)]
    [InlineData(1e-3, 6.907178885383853)]
    public void Logarithm_of_gamma(double x, double value) => Assert.Equal(value, StudentT.LogGamma(x), 1e-13 * Math.Max(1, value));

    [Fact]
    public void A_quantile_outside_of_0_and_1_is_refused()
    {
        Assert.Throws<ArgumentException>(() => StudentT.Quantile(0, 4));
        Assert.Throws<ArgumentException>(() => StudentT.Quantile(1, 4));
        Assert.Throws<ArgumentException>(() => StudentT.Quantile(double.NaN, 4));
    }

    [Fact]
    public void A_paired_test_of_PyTorchs_accuracies()
    {
        double[] with = [47.5, 47.6, 47.6, 48.4, 48.4], without = [42.7, 41.0, 41.9, 41.9, 41.6];
        var test = PairedTest.Of([.. with.Zip(without, static (a, b) => a - b)])!;
        Assert.Equal(6.08, test.Mean, 1e-12);
        Assert.Equal(0.8288546314040844, test.Deviation, 1e-12);
        Assert.Equal(16.402506287704778, test.T, 1e-10);
        Assert.Equal(8.087696232724353e-05, test.P, 1e-14);
        Assert.Equal(5.050841044441095, test.Low, 1e-9);
        Assert.Equal(7.109158955558905, test.High, 1e-9);
        Assert.True(test.IsSignificant);
        Assert.Equal(3, test.Needed);
    }

    [Fact]
    public void Folds_that_overlap_widen_the_interval()
    {
        double[] differences = [1, 2, 3, 2, 2];
        var apart = PairedTest.Of(differences)!;
        var folds = PairedTest.Of(differences, 0.25)!;
        Assert.Equal(apart.T * Math.Sqrt(0.2 / 0.45), folds.T, 1e-12);
        Assert.Equal((apart.High - apart.Mean) * Math.Sqrt(0.45 / 0.2), folds.High - folds.Mean, 1e-12);
    }

    [Fact]
    public void Differences_without_spread_and_without_size()
    {
        Assert.Null(PairedTest.Of([1.5]));
        var equal = PairedTest.Of([0.5, 0.5, 0.5])!;
        Assert.Equal((double.PositiveInfinity, 0, 0.5, 0.5), (equal.T, equal.P, equal.Low, equal.High));
        var none = PairedTest.Of([0.0, 0, 0])!;
        Assert.Equal((0, 1), (none.T, none.P));
        Assert.Null(none.Needed);
        Assert.Null(PairedTest.Of([1e-9, -1.0, 1.0])!.Needed);
    }

    [Fact]
    public void Equal_differences_in_steps_are_not_certain()
    {
        // t = 0.5 / (0.5 / sqrt(6) / sqrt(3)) = sqrt(18); of two degrees of freedom p = 1 - t / sqrt(t² + 2).
        var test = PairedTest.Of([0.5, 0.5, 0.5], step: 0.5)!;
        Assert.Equal(Math.Sqrt(18), test.T, 1e-12);
        Assert.Equal(1 - Math.Sqrt(18 / 20.0), test.P, 1e-12);
        Assert.False(test.IsSignificant);
        Assert.True(test.Low < 0);
        // A spread that is more than the step's stays.
        Assert.Equal(PairedTest.Of([0.1, 0.9, 0.4])!, PairedTest.Of([0.1, 0.9, 0.4], step: 0.1)!);
    }

    // Of 28 pairs of equal arms some have three equal differences in two thirds of all studies, where steps are as large as the spread.
    [Theory]
    [InlineData(3, 6, 1.0)]
    [InlineData(3, 28, 1.0)]
    [InlineData(2, 3, 1.0)]
    [InlineData(5, 6, 1.0)]
    public void Values_in_coarse_steps_make_equal_arms_no_more_different(int seeds, int family, double deviation)
    {
        const int Repetitions = 200;
        float[] drawn = new float[Repetitions * family * 2 * seeds];
        new Generator(1).Normal(drawn);
        double[] values = Array.ConvertAll(drawn, value => Math.Round(deviation * value));
        int Wrong(double step) => Enumerable.Range(0, Repetitions).Count(i => Enumerable.Range(0, family).Any(pair =>
        {
            int at = (i * family + pair) * 2 * seeds;
            double[] differences = [.. Enumerable.Range(at, seeds).Select(k => values[k] - values[k + seeds])];
            var summary = SampleSummary.Of(differences);
            // No t below 2 is significant: most are not tested.
            return Math.Abs(summary.Mean) * Math.Sqrt(seeds) >= 2 * summary.Deviation && PairedTest.Of(differences, 0, family, step)!.IsSignificant;
        }));
        Assert.InRange(Wrong(1), 0, 0.065 * Repetitions);
        if (seeds < 5)
            Assert.True(Wrong(0) > 0.065 * Repetitions);
    }

    [Theory]
    [InlineData(1, 0.02997815483543617, 0.3700218451645638)]
    [InlineData(3, -0.04254764657249463, 0.4425476465724947)]
    [InlineData(10, -0.1427796574919722, 0.5427796574919722)]
    public void P_interval_and_pairs_needed_are_of_one_corrected_test(int family, double low, double high)
    {
        // Mean 0.2, variance 0.01875; quantiles of t with 4 degrees of freedom by its closed form, 1/2 + x (3 - x²) / 4, x = t / sqrt(t² + 4).
        double[] differences = [0.05, 0.1, 0.2, 0.25, 0.4];
        var test = PairedTest.Of(differences, 0, family)!;
        Assert.Equal(0.2, test.Mean, 1e-12);
        Assert.Equal(Math.Min(1, family * StudentT.TwoSided(test.T, 4)), test.P);
        Assert.Equal(low, test.Low, 1e-12);
        Assert.Equal(high, test.High, 1e-12);
        Assert.Equal(test.P < 0.05, test.Low > 0);
        Assert.Equal(test.IsSignificant, test.P < 0.05);
    }

    [Fact]
    public void More_comparisons_need_more_pairs()
    {
        double[] differences = [0.05, 0.1, 0.2, 0.25, 0.4];
        int?[] needed = [.. new[] { 1, 3, 10 }.Select(family => PairedTest.Of(differences, 0, family)!.Needed)];
        Assert.Equal([6, 8, 11], needed);
    }

    // Drawn 40,000 times by numpy, and integrated there: three digits.
    [Theory]
    [InlineData(6, 1, 0.8134)]
    [InlineData(5, 1, 0.6890)]
    [InlineData(8, 3, 0.8061)]
    [InlineData(10, 10, 0.7842)]
    [InlineData(11, 10, 0.8551)]
    public void Power_is_that_of_the_noncentral_t(int pairs, int family, double power) => Assert.Equal(
        power, StudentT.Power(Math.Sqrt(pairs) * 0.2 / 0.13693063937629153, StudentT.Quantile(1 - 0.025 / family, pairs - 1), pairs - 1), 5e-4);

    [Fact]
    public void Without_a_difference_power_is_the_level() => Assert.Equal(0.05, StudentT.Power(0, StudentT.Quantile(0.975, 4), 4), 1e-6);

    [Fact]
    public void A_sample_and_its_interval()
    {
        var one = SampleSummary.Of([3.0]);
        Assert.Equal((1, 3.0, null), (one.Count, one.Mean, one.Deviation));
        Assert.Null(one.Interval());
        var five = SampleSummary.Of([47.5, 47.6, 47.6, 48.4, 48.4]);
        Assert.Equal(47.9, five.Mean, 1e-12);
        Assert.Equal(Math.Sqrt(0.84 / 4), five.Deviation!.Value, 1e-12);
        Assert.Equal(2.7764451051977987 * Math.Sqrt(0.84 / 4 / 5), five.Interval()!.Value.High - five.Mean, 1e-9);
        Assert.True(double.IsNaN(SampleSummary.Of([]).Mean));
    }
}
