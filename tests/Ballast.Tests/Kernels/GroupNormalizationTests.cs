using Ballast.Kernels;

namespace Ballast.Tests.Kernels;

/// <summary>Normalization of groups of channels against plain loops in double, in both orders of memory, and the same bits for any number
/// of threads.</summary>
public sealed class GroupNormalizationTests : IDisposable
{
    const double Epsilon = 1e-5;

    // Sums of a few thousand products, whose roundings of 6e-8 partly cancel, and a quotient.
    const double Tolerance = 3e-6;

    readonly int threads = Compute.Threads;

    public void Dispose() => Compute.Threads = threads;

    public static TheoryData<int, int, int, int> Layouts => new()
    {
        { 1, 2, 1, 2 }, { 5, 6, 3, 7 }, { 2, 6, 2, 4099 }, { 70, 3, 3, 33 }, { 4, 64, 8, 196 }, { 3, 67, 1, 5 }, { 9, 34, 17, 12 },
        { 3, 5, 5, 14_000 }, { 2, 4, 2, 1 },
    };

    sealed record Result(float[] Y, float[] Dx, double[] Statistics, double[] Sums);

    static Result Run(ChannelLayout layout, int groups, float[] x, float[] g, float[] gamma, float[] beta)
    {
        var blocks = new GroupBlocks(layout, groups);
        float[] y = new float[x.Length], table = new float[blocks.Numbers(ChannelRows.Count)];
        double[] statistics = new double[blocks.Numbers(2)], sums = new double[blocks.Numbers(2)];
        GroupNormalization.Forward(x, blocks, gamma, beta, Epsilon, statistics, table, y);
        float[] dx = [.. g]; // in place of the gradient
        GroupNormalization.Backward(x, dx, blocks, table, sums, dx);
        float[] apart = new float[x.Length];
        GroupNormalization.Backward(x, g, blocks, table, sums, apart);
        Assert.Equal(Draw.Bits(dx), Draw.Bits(apart));
        return new Result(y, dx, statistics, sums);
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public void Every_layout_meets_the_formulas_for_any_number_of_threads(int n, int c, int groups, int l)
    {
        foreach (bool last in new[] { false, true })
        {
            var layout = new ChannelLayout(n, c, l, last);
            float[] x = Draw.Floats(layout.Length, 1, -1, 3), g = Draw.Floats(layout.Length, 2);
            float[] gamma = Draw.Floats(c, 3, 0.5f, 1.5f), beta = Draw.Floats(c, 4);
            Compute.Threads = 1;
            var one = Run(layout, groups, x, g, gamma, beta);
            Check(layout, groups, x, g, gamma, beta, one);
            for (int count = 2; count <= 4; count++)
            {
                Compute.Threads = count;
                var several = Run(layout, groups, x, g, gamma, beta);
                Assert.Equal(Draw.Bits(one.Y), Draw.Bits(several.Y));
                Assert.Equal(Draw.Bits(one.Dx), Draw.Bits(several.Dx));
                Assert.Equal(one.Statistics, several.Statistics);
                Assert.Equal(one.Sums, several.Sums);
            }
        }
    }

    static int Channel(ChannelLayout layout, int i) => layout.Last ? i % layout.C : i / layout.L % layout.C;

    static void Check(ChannelLayout layout, int groups, float[] x, float[] g, float[] gamma, float[] beta, Result result)
    {
        double[] y = new double[x.Length], dx = new double[x.Length], sums = new double[result.Sums.Length];
        int each = layout.C / groups, perBlock = new GroupBlocks(layout, groups).Each.C;
        foreach (var own in Enumerable.Range(0, x.Length).GroupBy(i => (Sample: i / (layout.C * layout.L), Group: Channel(layout, i) / each)))
        {
            double mean = own.Average(i => (double)x[i]), variance = own.Average(i => (x[i] - mean) * (x[i] - mean));
            double deviation = Math.Sqrt(variance + Epsilon), total = own.Average(i => (double)g[i] * gamma[Channel(layout, i)]);
            double product = own.Average(i => g[i] * gamma[Channel(layout, i)] * (x[i] - mean) / deviation);
            foreach (int i in own)
            {
                int c = Channel(layout, i), at = 2 * (own.Key.Sample * layout.C + c / perBlock * perBlock) + c % perBlock;
                double h = (x[i] - mean) / deviation;
                y[i] = h * gamma[c] + beta[c];
                dx[i] = ((double)g[i] * gamma[c] - total - h * product) / deviation;
                sums[at] += g[i];
                sums[at + perBlock] += g[i] * (x[i] - mean);
                Assert.Equal(mean, result.Statistics[at], 1e-6);
                Assert.Equal(variance, result.Statistics[at + perBlock], Tolerance * variance);
            }
        }

        Near.Equal(y, result.Y, Tolerance, "y");
        Near.Equal(dx, result.Dx, Tolerance, "dx");
        Near.Equal(sums, Array.ConvertAll(result.Sums, static sum => (float)sum), Tolerance, "sums");
    }

    // Deviations of 0.01 around 10,000, where a float has a step of 0.001: what is normalized are the floats as they are.
    [Fact]
    public void A_small_spread_around_a_large_mean_keeps_its_digits()
    {
        var layout = new ChannelLayout(5, 6, 701);
        float[] x = Draw.Floats(layout.Length, 7, 10_000 - 0.017f, 10_000 + 0.017f), gamma = Draw.Floats(6, 8), beta = Draw.Floats(6, 9);
        float[] g = Draw.Floats(layout.Length, 10);
        var result = Run(layout, 2, x, g, gamma, beta);
        double[] expected = new double[x.Length];
        foreach (var own in Enumerable.Range(0, x.Length).GroupBy(static i => i / (3 * 701)))
        {
            double mean = own.Average(i => (double)x[i]), variance = own.Average(i => (x[i] - mean) * (x[i] - mean));
            foreach (int i in own)
                expected[i] = (x[i] - mean) / Math.Sqrt(variance + Epsilon) * gamma[Channel(layout, i)] + beta[Channel(layout, i)];
        }

        Near.Equal(expected, result.Y, Tolerance, "y");
    }

    [Fact]
    public void Averages_are_over_the_samples()
    {
        var blocks = new GroupBlocks(new ChannelLayout(2, 4, 10_000), 2);
        double[] averages = new double[8];
        blocks.Average([1, 2, 10, 20, 3, 4, 30, 40, 5, 6, 50, 60, 7, 8, 70, 80], averages);
        Assert.Equal([3, 4, 5, 6, 30, 40, 50, 60], averages);
    }

    [Fact]
    public void Without_gamma_and_beta_they_are_one_and_zero()
    {
        var layout = new ChannelLayout(3, 6, 5);
        float[] x = Draw.Floats(layout.Length, 1), g = Draw.Floats(layout.Length, 2);
        var none = Run(layout, 2, x, g, [], []);
        var plain = Run(layout, 2, x, g, [1, 1, 1, 1, 1, 1], new float[6]);
        Assert.Equal(plain.Y, none.Y);
        Assert.Equal(plain.Dx, none.Dx);
    }

    [Fact]
    public void A_constant_group_becomes_beta()
    {
        var layout = new ChannelLayout(2, 6, 21);
        foreach (float constant in new[] { 0, 1e7f, -12345.678f, 1e10f })
        {
            float[] x = [.. Enumerable.Repeat(constant, layout.Length)], beta = Draw.Floats(6, 6);
            var result = Run(layout, 2, x, new float[x.Length], [], beta);
            for (int i = 0; i < x.Length; i++)
                Assert.Equal(beta[Channel(layout, i)], result.Y[i]);
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_value_that_is_not_finite_stays_in_its_group(float value)
    {
        var layout = new ChannelLayout(3, 4, 9);
        float[] x = Draw.Floats(layout.Length, 1), spoiled = [.. x], g = Draw.Floats(layout.Length, 2);
        spoiled[4 * 9 + 2 * 9 + 1] = value; // sample 1, group 1
        var plain = Run(layout, 2, x, g, [], []);
        var result = Run(layout, 2, spoiled, g, [], []);
        for (int i = 0; i < x.Length; i++)
        {
            bool inGroup = i / 18 == 3;
            Assert.Equal(inGroup ? float.NaN : plain.Y[i], result.Y[i]);
            Assert.Equal(inGroup ? float.NaN : plain.Dx[i], result.Dx[i]);
        }
    }

    [Theory]
    [InlineData(0, 4, 9)]
    [InlineData(3, 4, 0)]
    public void A_batch_without_values_has_sums_of_zero(int n, int c, int l)
    {
        var result = Run(new ChannelLayout(n, c, l), 2, [], [], [], []);
        Assert.Equal(new double[2 * n * c], result.Sums);
    }
}
