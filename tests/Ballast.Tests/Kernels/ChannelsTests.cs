using Ballast.Kernels;

namespace Ballast.Tests.Kernels;

/// <summary>Sums over channels and maps of channels in both layouts. All values are whole numbers, so that every sum and
/// every product is exact and the formula has to be met to the last bit.</summary>
public sealed class ChannelsTests : IDisposable
{
    readonly int threads = Compute.Threads;

    public void Dispose() => Compute.Threads = threads;

    delegate double Gate(double x, double gradient, double center, double scale, double shift);

    static double Open(double x, double gradient, double center, double scale, double shift) => gradient;

    static double Closing(double x, double gradient, double center, double scale, double shift) =>
        (x - center) * scale + shift > 0 ? gradient : 0;

    public static TheoryData<int, int, int> Layouts => new()
    {
        { 1, 1, 1 }, { 10, 64, 1 }, { 255, 3, 1 }, { 256, 17, 1 }, { 257, 33, 1 }, { 1000, 67, 1 }, { 4, 5, 2 }, { 3, 2, 4095 },
        { 2, 3, 4097 }, { 5, 31, 500 }, { 129, 2, 9 }, { 20, 64, 64 }, { 3, 300, 98 }, { 1, 17, 9000 }, { 40_000, 3, 1 },
        { 20, 5000, 1 }, { 64, 3000, 2 }, { 40, 70, 19 }, { 16, 33, 16 }, { 300, 257, 7 }, { 100, 3, 30 }, { 600, 5, 24 },
    };

    [Fact]
    public void Every_number_of_channels_and_every_length_meets_the_formulas()
    {
        for (int size = 1; size <= 256; size++)
        {
            Check(new ChannelLayout(3, size, 1));
            Check(new ChannelLayout(size, 2, 1));
            Check(new ChannelLayout(2, 3, size));
        }
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public void Layouts_that_are_cut_into_pieces_meet_the_formulas_for_any_number_of_threads(int n, int c, int l)
    {
        for (int count = 1; count <= 4; count++)
        {
            Compute.Threads = count;
            Check(new ChannelLayout(n, c, l));
        }
    }

    static void Check(ChannelLayout layout)
    {
        float[] x = Draw.Whole(layout.Length, 1), g = Draw.Whole(layout.Length, 2);
        float[] table = Draw.Whole(3 * layout.C, 3), more = Draw.Whole(3 * layout.C, 4);
        Statistics(layout, x, 1e-10);
        Sum<GradientTerm<OpenGate>>(layout, x, g, table, static (x, g, m, _, _) => (g, g * (x - m)));
        Sum<GradientTerm<ReluGate>>(layout, x, g, table, static (x, g, m, s, b) =>
            (Closing(x, g, m, s, b), Closing(x, g, m, s, b) * (x - m)));

        Map<AffineMap>(layout, x, [], table, [], static (x, _, m, s, b, _, _, _) => (x - m) * s + b);
        Map<AffineReluMap>(layout, x, [], table, [], static (x, _, m, s, b, _, _, _) => Math.Max(0, (x - m) * s + b));
        Map<GateMap<ReluGate>>(layout, x, g, table, [], static (x, g, m, s, b, _, _, _) => Closing(x, g, m, s, b));
        Map<GradientMap<OpenGate>>(layout, x, g, table, more, Gradient(Open));
        Map<GradientMap<ReluGate>>(layout, x, g, table, more, Gradient(Closing));
    }

    static MapFormula Gradient(Gate gate) => (x, g, m, s, b, slope, factor, offset) =>
        gate(x, g, m, s, b) * factor + (x - m) * slope + offset;

    delegate (double First, double Second) TermFormula(double x, double g, double center, double scale, double shift);

    delegate double MapFormula(
        double x, double g, double center, double scale, double shift, double a, double b, double c);

    static void Sum<T>(ChannelLayout layout, float[] x, float[] g, float[] table, TermFormula formula)
        where T : struct, IChannelTerm
    {
        double[] expected = new double[2 * layout.C], sums = new double[2 * layout.C];
        for (int i = 0; i < x.Length; i++)
        {
            int c = i / layout.L % layout.C;
            var (first, second) = formula(x[i], g.Length == 0 ? 0 : g[i], table[c], table[layout.C + c], table[2 * layout.C + c]);
            expected[c] += first;
            expected[layout.C + c] += second;
        }

        Array.Fill(sums, double.NaN);
        Channels.Sum<T>(x, g, layout, table, sums);
        Assert.True(expected.AsSpan().SequenceEqual(sums), $"{typeof(T)} over {layout}");
    }

    // A tolerance in standard deviations and in variances.
    static void Statistics(ChannelLayout layout, float[] x, double tolerance)
    {
        double[] expected = new double[2 * layout.C], statistics = new double[2 * layout.C];
        Formula(layout, x, expected);
        Array.Fill(statistics, double.NaN);
        Channels.Statistics(x, layout, statistics);
        for (int c = 0; c < layout.C; c++)
        {
            double variance = expected[layout.C + c];
            Assert.Equal(expected[c], statistics[c], tolerance * Math.Sqrt(variance) + 1e-12);
            Assert.Equal(variance, statistics[layout.C + c], tolerance * variance);
        }
    }

    static void Formula(ChannelLayout layout, float[] x, double[] statistics)
    {
        Array.Clear(statistics);
        for (int i = 0; i < x.Length; i++)
            statistics[i / layout.L % layout.C] += x[i];
        for (int c = 0; c < layout.C; c++)
            statistics[c] /= layout.PerChannel;
        for (int i = 0; i < x.Length; i++)
        {
            double deviation = x[i] - statistics[i / layout.L % layout.C];
            statistics[layout.C + i / layout.L % layout.C] += deviation * deviation;
        }

        for (int c = layout.C; c < 2 * layout.C; c++)
            statistics[c] /= layout.PerChannel;
    }

    // Past this length results are stored past the caches, in whole registers of memory wherever a run begins.
    [Theory]
    [InlineData(3, 5, 280_001)]
    [InlineData(65_600, 64, 1)]
    [InlineData(1 << 17, 33, 1)]
    public void Results_that_no_cache_holds_meet_the_formulas(int n, int c, int l)
    {
        var layout = new ChannelLayout(n, c, l);
        Assert.True(layout.Length >= Channels.AwayLength);
        float[] x = Draw.Whole(layout.Length, 8), g = Draw.Whole(layout.Length, 9);
        float[] table = Draw.Whole(3 * layout.C, 10), more = Draw.Whole(3 * layout.C, 11);
        Map<AffineReluMap>(layout, x, [], table, [], static (x, _, m, s, b, _, _, _) => Math.Max(0, (x - m) * s + b));
        Map<GradientMap<ReluGate>>(layout, x, g, table, more, Gradient(Closing));
        Statistics(layout, x, 1e-10);
    }

    // A spread of 1 around a mean of 100,000, of which the first values of parts lie a hundred times as far away. Squares around those would
    // lose the last three digits of what is left: a float has seven.
    [Theory]
    [InlineData(32, 3, 1024)]
    [InlineData(32 * 1024, 3, 1)]
    [InlineData(32, 19, 1024)]
    [InlineData(8 * 1024, 19, 1)]
    [InlineData(8 * 1024, 19, 2)]
    public void A_small_spread_around_a_large_mean_keeps_its_digits(int n, int c, int l)
    {
        var layout = new ChannelLayout(n, c, l);
        float[] x = Draw.Floats(layout.Length, 12);
        for (int i = 0; i < x.Length; i++)
            x[i] += i / layout.L % layout.C * 100_000;
        Statistics(layout, x, 3e-6); // within four standard deviations a value costs four bits
        for (int i = 0; i < x.Length; i++)
            x[i] += (l > 2 ? i % l == 0 : i / (c * l) % 256 == 0) ? 100 : 0;
        Statistics(layout, x, 1e-6);
    }

    static void Map<M>(ChannelLayout layout, float[] x, float[] g, float[] table, float[] more, MapFormula formula)
        where M : struct, IChannelMap
    {
        float[] expected = new float[x.Length];
        for (int i = 0; i < x.Length; i++)
        {
            int c = i / layout.L % layout.C;
            expected[i] = (float)formula(x[i], g.Length == 0 ? 0 : g[i], table[c], table[layout.C + c], table[2 * layout.C + c],
                More(0, c), More(1, c), More(2, c));
        }

        float[] y = new float[x.Length], overX = [.. x], overG = [.. g];
        Channels.Map<M>(x, g, layout, table, more, y);
        Assert.True(expected.AsSpan().SequenceEqual(y), $"{typeof(M)} over {layout}");
        Channels.Map<M>(overX, g, layout, table, more, overX);
        Assert.True(expected.AsSpan().SequenceEqual(overX), $"{typeof(M)} over {layout}, in place of the values");
        if (g.Length == 0)
            return;
        Channels.Map<M>(x, overG, layout, table, more, overG);
        Assert.True(expected.AsSpan().SequenceEqual(overG), $"{typeof(M)} over {layout}, in place of the gradient");

        double More(int row, int c) => more.Length == 0 ? 0 : more[row * layout.C + c];
    }

    [Fact]
    public void Any_number_of_threads_gives_the_same_bits()
    {
        foreach (var layout in new ChannelLayout[] { new(3000, 37, 1), new(7, 20, 700), new(40, 200, 49) })
        {
            float[] x = Draw.Floats(layout.Length, 5), g = Draw.Floats(layout.Length, 6), table = Draw.Floats(3 * layout.C, 7);
            double[]? first = null, moments = null;
            for (int count = 1; count <= 4; count++)
            {
                Compute.Threads = count;
                double[] sums = new double[2 * layout.C];
                Channels.Sum<GradientTerm<ReluGate>>(x, g, layout, table, sums);
                Assert.Equal(first ??= sums, sums);
                double[] statistics = new double[2 * layout.C];
                Channels.Statistics(x, layout, statistics);
                Assert.Equal(moments ??= statistics, statistics);
            }
        }
    }
}
