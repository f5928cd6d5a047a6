namespace Ballast.Kernels;

// The two passes of a normalization's gradient, some channels after the other: what the sums read is still in the cache when the
// gradient is written.
static unsafe partial class Channels
{
    // Values of a column of channels: with their gradient 4 MiB, which the third-level cache keeps.
    const int ColumnLength = 1 << 19;

    // Values of a column that lie side by side in a sample. Where there are fewer, the processor waits at the end of each run for
    // longer than a second pass over memory takes.
    const int ShortestRun = 1 << 13;

    /// <summary>Whether <see cref="Gradient{G}"/> is faster than one pass over all channels after the other: where no cache holds the
    /// whole, and channels are long.</summary>
    public static bool GoesByColumns(ChannelLayout layout) =>
        layout.Length >= AwayLength && !new ChannelParts(layout).AreValues && (long)ColumnWidth(layout) * layout.L >= ShortestRun;

    /// <summary>The gradient of a normalization with the batch's own statistics.</summary>
    /// <param name="x">The values that were normalized.</param>
    /// <param name="gradient">The gradient of the result.</param>
    /// <param name="layout">Where the channels lie, which <see cref="GoesByColumns"/>.</param>
    /// <param name="table">The normalization's constants: [5, C].</param>
    /// <param name="sums">Takes the sums of the gradient and of the gradient times x - mean: [2, C].</param>
    /// <param name="destination">Takes the gradient of x; it may be one of the sources.</param>
    public static void Gradient<G>(
        ReadOnlySpan<float> x, ReadOnlySpan<float> gradient, ChannelLayout layout, ReadOnlySpan<float> table, Span<double> sums,
        Span<float> destination)
        where G : struct, IGate
    {
        int c = layout.C, width = ColumnWidth(layout);
        var parts = ChannelParts.Columns(layout, width);
        double[] partial = System.Buffers.ArrayPool<double>.Shared.Rent(parts.Count * 2 * parts.Width);
        float[] more = System.Buffers.ArrayPool<float>.Shared.Rent(GradientRows.Count * c);
        fixed (float* from = x, g = gradient, constants = table, a = more, to = destination)
        fixed (double* partSums = partial, totals = sums)
        {
            var sum = new SumWork<GradientTerm<G>> { X = from, G = g, Table = constants, Sums = partSums, Pitch = c, Parts = parts };
            var map = new MapWork<GradientMap<G>> { X = from, G = g, Table = constants, More = a, To = to, Pitch = c, Parts = parts };
            map.Away = to != from && to != g;
            var rule = new GradientConstants(constants, c, layout.PerChannel, batchStatistics: true);
            for (int first = 0, start = 0; first < c; first += width, start += parts.PerColumn)
            {
                Workers.Run(new ColumnWork<SumWork<GradientTerm<G>>> { Whole = sum, Start = start }, parts.PerColumn);
                FillColumn(parts, start, first, Math.Min(c, first + width), partSums, rule, totals, a, c);
                Workers.Run(new ColumnWork<MapWork<GradientMap<G>>> { Whole = map, Start = start }, parts.PerColumn);
            }
        }

        System.Buffers.ArrayPool<double>.Shared.Return(partial);
        System.Buffers.ArrayPool<float>.Shared.Return(more);
    }

    static int ColumnWidth(ChannelLayout layout) => Math.Clamp(ColumnLength / layout.PerChannel, 1, layout.C);

    // Adds up a column's parts, and writes the constants of its channels.
    static void FillColumn(
        in ChannelParts parts, int start, int first, int last, double* partial, in GradientConstants constants, double* sums, float* more,
        int c)
    {
        for (int i = first; i < last; i++)
            sums[i] = sums[c + i] = 0;
        for (int p = start; p < start + parts.PerColumn; p++)
        {
            var part = parts[p];
            double* own = partial + (nint)p * 2 * parts.Width;
            for (int k = 0; k < part.Stretches; k++)
            {
                int channel = parts.Channel(part.FirstStretch + k);
                sums[channel] += own[k];
                sums[c + channel] += own[parts.Width + k];
            }
        }

        for (int i = first; i < last; i++)
        {
            sums[c + i] = constants.Centered(i, sums[i], sums[c + i]);
            constants.Fill(i, sums[i], sums[c + i], more + i, c);
        }
    }

    // The parts of a column.
    struct ColumnWork<W> : IWork
        where W : struct, IWork
    {
        public W Whole;
        public int Start;

        public static int Pieces => W.Pieces;

        public readonly void Run(int first, int last) => Whole.Run(Start + first, Start + last);
    }
}
