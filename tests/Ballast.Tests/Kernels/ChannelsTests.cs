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
        { 2, 3, 4097 }, { 5, 31, 500 }, { 129, 2, 9 },
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
        Sum<ValueTerm>(layout, x, [], table, static (x, _, _, _, _) => (x, 0));
        Sum<DeviationTerm>(layout, x, [], table, static (x, _, m, _, _) => ((x - m) * (x - m), x - m));
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
        foreach (var layout in new ChannelLayout[] { new(3000, 37, 1), new(7, 20, 700) })
        {
            float[] x = Draw.Floats(layout.Length, 5), g = Draw.Floats(layout.Length, 6), table = Draw.Floats(3 * layout.C, 7);
            double[]? first = null;
            for (int count = 1; count <= 4; count++)
            {
                Compute.Threads = count;
                double[] sums = new double[2 * layout.C];
                Channels.Sum<GradientTerm<ReluGate>>(x, g, layout, table, sums);
                Assert.Equal(first ??= sums, sums);
            }
        }
    }
}
