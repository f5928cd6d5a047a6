using Ballast.Kernels;

namespace Ballast.Tests.Kernels;

/// <summary>Moments of parts joined to those of the whole, against the whole in double.</summary>
public sealed class JoinedMomentsTests
{
    // The first value is far from the others, and means may be large beside deviations.
    static double[] Values(int count, double mean, double deviation, int seed) =>
        [.. Draw.Floats(count, seed).Select(value => mean + deviation * value)];

    static double Mean(double[] values) => values.Average();

    static double Squares(double[] values, double around) => values.Sum(value => (value - around) * (value - around));

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(10_000, 0.01, 3)]
    [InlineData(-1e8, 1e-3, 7)]
    [InlineData(1e20, 1e19, 2)]
    public void Parts_of_any_size_give_the_moments_of_the_whole(double mean, double deviation, int least)
    {
        double[][] parts = [.. Enumerable.Range(0, 9).Select(i => Values(least + i * i, mean + i * deviation, deviation, i))];
        double[] all = [.. parts.SelectMany(static part => part)];
        double expected = Mean(all), variance = Squares(all, expected) / all.Length;

        double[] counts = [.. parts.Select(static part => (double)part.Length)], means = [.. parts.Select(Mean)];
        double[] variances = [.. parts.Select(static part => Squares(part, Mean(part)) / part.Length)];
        var joined = JoinedMoments.Of(means, variances, 1, counts);
        Assert.Equal(0, (joined.Mean - expected) / Math.Sqrt(variance), 1e-4);
        Assert.Equal(1, joined.Variance / variance, 1e-4);

        // From sums around a pivot that is no mean.
        double total = 0, squares = 0;
        foreach (double[] part in parts)
            total += JoinedMoments.Total(part.Length, part[0], part.Sum(value => value - part[0]));
        foreach (double[] part in parts)
            squares += JoinedMoments.Squares(part.Length, part[0], part.Sum(value => value - part[0]), Squares(part, part[0]), total / all.Length);
        Assert.Equal(0, (total / all.Length - expected) / Math.Sqrt(variance), 1e-4);
        Assert.Equal(1, squares / all.Length / variance, 1e-4);
    }

    [Fact]
    public void Parts_of_one_value_have_the_variance_of_their_means()
    {
        var (mean, variance) = JoinedMoments.Of([1, 2, 6], [0, 0, 0]);
        Assert.Equal(3, mean);
        Assert.Equal(14.0 / 3, variance, 1e-15);
    }

    [Fact]
    public void Every_part_counts_by_its_values_and_strides_skip_what_lies_between()
    {
        double[] means = [1, 99, 4, 99, 1000], variances = [2, -1, 5, -1, 7], counts = [2, 77, 1, 77, 0];
        var (mean, variance) = JoinedMoments.Of(means, variances, 2, counts);
        Assert.Equal(2, mean);
        Assert.Equal((2 * (2 + 1) + 5 + 4) / 3.0, variance, 1e-15);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_part_that_is_not_finite_makes_the_whole_so(double value)
    {
        var (mean, variance) = JoinedMoments.Of([1, value], [1, 1]);
        Assert.False(double.IsFinite(mean));
        Assert.Equal(double.NaN, variance);
    }
}
