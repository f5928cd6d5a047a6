namespace Ballast.Kernels;

/// <summary>What a normalization does with one channel after another where a channel's values lie in runs, [N, C, L]: two passes
/// over a channel follow each other while it is in the second-level cache, so that memory is read once.</summary>
static unsafe class ChannelPasses
{
    const int SerialLength = 1 << 16;

    /// <summary>The mean and the biased variance of each channel: [2, C].</summary>
    /// <param name="x">[N, C, L].</param>
    /// <param name="layout">Where the channels lie.</param>
    /// <param name="statistics">Both: [2, C].</param>
    public static void Statistics(ReadOnlySpan<float> x, ChannelLayout layout, Span<double> statistics)
    {
        fixed (float* from = x)
        fixed (double* to = statistics)
            Run(new StatisticsWork { X = from, To = to, Layout = layout }, layout);
    }

    /// <summary>The gradient of a normalization's input, and what those of gamma and beta are made of.</summary>
    /// <param name="x">The values that were normalized: [N, C, L].</param>
    /// <param name="gradient">The gradient of the result.</param>
    /// <param name="layout">Where the channels lie.</param>
    /// <param name="constants">The normalization's constants.</param>
    /// <param name="sums">The sums of the gradient and of the gradient times x - mean: [2, C].</param>
    /// <param name="dx">The gradient of x, perhaps in the memory of the gradient.</param>
    public static void Gradient<G>(
        ReadOnlySpan<float> x, ReadOnlySpan<float> gradient, ChannelLayout layout, in GradientConstants constants,
        Span<double> sums, Span<float> dx)
        where G : struct, IGate
    {
        fixed (float* from = x, g = gradient, to = dx)
        fixed (double* totals = sums)
        {
            Run(
                new GradientWork<G> { X = from, Dy = g, Constants = constants, Sums = totals, Dx = to, Layout = layout }, layout);
        }
    }

    static void Run<W>(in W work, ChannelLayout layout)
        where W : struct, IWork
    {
        if (layout.Length < SerialLength)
            work.Run(0, layout.C);
        else
            Workers.Run(work, layout.C);
    }

    struct StatisticsWork : IWork, IWideWork
    {
        public float* X;
        public double* To;
        public ChannelLayout Layout;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            float* table = stackalloc float[3];
            double count = Layout.PerChannel;
            for (int c = first; c < last; c++)
            {
                table[0] = table[1] = table[2] = 0;
                var (sum, _) = Channels.SumChannel<ValueTerm, S, V>(X, X, Layout, c, table, 1);
                table[0] = (float)(sum / count);
                var (squares, rest) = Channels.SumChannel<DeviationTerm, S, V>(X, X, Layout, c, table, 1);
                double offset = rest / count; // what rounding the center to float left over
                To[c] = table[0] + offset;
                To[Layout.C + c] = Math.Max(0, squares / count - offset * offset);
            }
        }
    }

    struct GradientWork<G> : IWork, IWideWork
        where G : struct, IGate
    {
        public float* X, Dy, Dx;
        public GradientConstants Constants;
        public double* Sums;
        public ChannelLayout Layout;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            float* more = stackalloc float[3];
            float* table = stackalloc float[3];
            for (int c = first; c < last; c++)
            {
                Constants.CopyTable(c, table);
                var (sum, product) = Channels.SumChannel<GradientTerm<G>, S, V>(X, Dy, Layout, c, table, 1);
                Constants.Fill(c, ref sum, ref product, more, 1);
                Sums[c] = sum;
                Sums[Layout.C + c] = product;
                Channels.MapChannel<GradientMap<G>, S, V>(X, Dy, Dx, Layout, c, table, more, 1);
            }
        }
    }
}
