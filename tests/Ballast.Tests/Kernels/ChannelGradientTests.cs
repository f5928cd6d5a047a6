using Ballast.Kernels;

namespace Ballast.Tests.Kernels;

/// <summary>The gradient of a normalization, column of channels by column.</summary>
public sealed class ChannelGradientTests : IDisposable
{
    readonly int threads = Compute.Threads;

    public void Dispose() => Compute.Threads = threads;

    static float[] Numbers(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() * 4 - 2)];
    }

    // Columns of one channel, in several stretches; of two, the last of one; and all channels in one.
    [Theory]
    [InlineData(2, 5, 150_001)]
    [InlineData(6, 7, 40_003)]
    [InlineData(3, 4, 1_003)]
    public void It_is_that_of_sums_over_all_channels_and_a_map(int n, int c, int l)
    {
        var layout = new ChannelLayout(n, c, l);
        float[] x = Numbers(layout.Length, 1), gradient = Numbers(layout.Length, 2);
        double[] statistics = new double[2 * c];
        Channels.Statistics(x, layout, statistics);
        float[] table = new float[5 * c], more = new float[3 * c], expected = new float[layout.Length], dx = new float[layout.Length];
        for (int i = 0; i < c; i++)
        {
            double deviation = 1 / Math.Sqrt(statistics[c + i] + 1e-5);
            // A center beside the mean, as rounding leaves it, but further.
            (table[i], table[c + i], table[2 * c + i]) = ((float)statistics[i] - 0.25f, (float)(deviation * (1 + 0.1 * i)), 0.3f);
            (table[3 * c + i], table[4 * c + i]) = ((float)deviation, (float)(statistics[i] - table[i]));
        }

        double[] sums = new double[2 * c], found = new double[2 * c];
        Channels.Sum<GradientTerm<ReluGate>>(x, gradient, layout, table, sums);
        unsafe
        {
            fixed (float* constants = table, a = more)
            {
                var rule = new GradientConstants(constants, c, layout.PerChannel, batchStatistics: true);
                for (int i = 0; i < c; i++)
                {
                    sums[c + i] = rule.Centered(i, sums[i], sums[c + i]);
                    rule.Fill(i, sums[i], sums[c + i], a + i, c);
                }
            }
        }

        Channels.Map<GradientMap<ReluGate>>(x, gradient, layout, table, more, expected);
        Channels.Gradient<ReluGate>(x, gradient, layout, table, found, dx);
        for (int i = 0; i < 2 * c; i++)
            Assert.Equal(sums[i], found[i], 1e-4 * layout.PerChannel / 1000);
        Near.Equal(Array.ConvertAll(expected, static value => (double)value), dx, 1e-6);

        foreach (int count in new[] { 1, 2, 3 })
        {
            Compute.Threads = count;
            float[] inPlace = [.. gradient];
            double[] again = new double[2 * c];
            Channels.Gradient<ReluGate>(x, inPlace, layout, table, again, inPlace);
            Assert.True(dx.AsSpan().SequenceEqual(inPlace));
            Assert.Equal(found, again);
        }
    }

    [Theory]
    [InlineData(32, 256, 56, true)]
    [InlineData(128, 64, 32, false)]
    [InlineData(8, 256, 14, false)]
    public void Only_long_runs_of_much_memory_go_by_columns(int n, int c, int side, bool goes) =>
        Assert.Equal(goes, Channels.GoesByColumns(new ChannelLayout(n, c, side * side)));

    // 4.4 million values: the layer takes this path by itself.
    [Fact]
    public void A_large_batch_normalization_has_the_gradient_of_its_formula()
    {
        const int N = 2, C = 20, Side = 330, L = Side * Side, M = N * L;
        Assert.True(Channels.GoesByColumns(new ChannelLayout(N, C, L)));
        var layer = new BatchNorm2d(C);
        layer.Weight!.CopyFrom(Numbers(C, 3));
        var x = new Parameter(Tensor.From(Numbers(N * C * L, 4), [N, C, Side, Side]));
        float[] g = Numbers(N * C * L, 5);
        layer.Forward(x).Backward(Tensor.From(g, [N, C, Side, Side]));
        foreach (int c in new[] { 0, 7, 19 })
        {
            int[] own = [.. Enumerable.Range(0, M).Select(i => (i / L * C + c) * L + i % L)];
            double[] values = [.. own.Select(i => (double)x.AsSpan()[i])];
            double mean = values.Average(), deviation = 1 / Math.Sqrt(values.Average(value => (value - mean) * (value - mean)) + 1e-5);
            double[] h = [.. values.Select(value => (value - mean) * deviation)];
            double beta = own.Sum(i => (double)g[i]), gamma = own.Select((i, k) => g[i] * h[k]).Sum();
            Near.Equal([beta], layer.Bias!.Grad!.AsSpan().Slice(c, 1), 1e-2);
            Near.Equal([gamma], layer.Weight.Grad!.AsSpan().Slice(c, 1), 1e-2);
            double scale = layer.Weight.AsSpan()[c] * deviation;
            Near.Equal(
                [.. own.Select((i, k) => scale * (g[i] - beta / M - h[k] * gamma / M))],
                Array.ConvertAll(own, i => x.Grad!.AsSpan()[i]), 1e-5);
        }
    }
}
