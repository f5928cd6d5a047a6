using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>Normalization of groups of channels inside each sample, with several values a channel: group and instance normalization.
/// It is <see cref="Channels"/> with a block of groups for a batch: what groups add is that their channels share statistics. A block is read
/// from memory once in each direction and stays in the cache for the passes over it.</summary>
static unsafe partial class GroupNormalization
{
    // Blocks that are worked on whole by one thread, where there are enough of them.
    const int LeastBlocks = 4;

    /// <summary>y = (x - mean) / sqrt(variance + eps) gamma + beta.</summary>
    /// <param name="x">The values.</param>
    /// <param name="blocks">Where the groups lie.</param>
    /// <param name="gamma">[C], or empty for 1.</param>
    /// <param name="beta">[C], or empty for 0.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="statistics">Takes each channel's mean and biased variance, those of its group: [blocks, 2, C of a block].</param>
    /// <param name="table">Takes the constants: [blocks, <see cref="ChannelRows.Count"/>, C of a block].</param>
    /// <param name="y">The results.</param>
    public static void Forward(
        ReadOnlySpan<float> x, GroupBlocks blocks, ReadOnlySpan<float> gamma, ReadOnlySpan<float> beta, double epsilon,
        Span<double> statistics, Span<float> table, Span<float> y)
    {
        if (blocks.Length == 0)
        {
            statistics.Clear();
            table.Clear();
            return;
        }

        fixed (float* from = x, scales = gamma, shifts = beta, constants = table, to = y)
        fixed (double* moments = statistics)
        {
            Run(new ForwardWork
            {
                Blocks = blocks,
                Parts = new ChannelParts(blocks.Each, blocks.Count),
                X = from,
                Gamma = scales,
                Beta = shifts,
                Epsilon = epsilon,
                Statistics = moments,
                Table = constants,
                Y = to,
                Away = blocks.Length >= Channels.AwayLength && to != from,
            }, blocks);
        }
    }

    /// <summary>The gradient of x. With g the gradient of y, h = (x - mean) / sqrt(variance + eps), and means over the group:
    /// dx = (g gamma - mean(g gamma) - h mean(g gamma h)) / sqrt(variance + eps).</summary>
    /// <param name="x">The values.</param>
    /// <param name="gradient">The gradient of the results.</param>
    /// <param name="blocks">Where the groups lie.</param>
    /// <param name="table">What <see cref="Forward"/> wrote.</param>
    /// <param name="sums">Takes the sums of the gradient and of the gradient times x - mean: [blocks, 2, C of a block].</param>
    /// <param name="dx">The gradient of the values, which may be where <paramref name="gradient"/> is.</param>
    public static void Backward(
        ReadOnlySpan<float> x, ReadOnlySpan<float> gradient, GroupBlocks blocks, ReadOnlySpan<float> table, Span<double> sums, Span<float> dx)
    {
        if (blocks.Length == 0)
        {
            sums.Clear();
            return;
        }

        fixed (float* from = x, g = gradient, constants = table, to = dx)
        fixed (double* totals = sums)
        {
            Run(new BackwardWork
            {
                Blocks = blocks,
                Parts = new ChannelParts(blocks.Each, blocks.Count),
                X = from,
                G = g,
                Table = constants,
                Sums = totals,
                Dx = to,
                Away = blocks.Length >= Channels.AwayLength && to != from && to != g,
            }, blocks);
        }
    }

    static void Run<W>(in W work, GroupBlocks blocks)
        where W : struct, IWork
    {
        if (blocks.Count >= LeastBlocks)
            Workers.Run(work, blocks.Count, blocks.Length, SharedFrom.Cache);
        else
            work.Run(0, blocks.Count);
    }

    /// <summary>Gives each channel of one sample the mean and the biased variance of its group: [2, C].</summary>
    public static void Join(Span<double> statistics, int channels, int groups)
    {
        int each = channels / groups;
        Span<double> means = statistics[..channels], variances = statistics.Slice(channels, channels);
        for (int first = 0; each > 1 && first < channels; first += each)
        {
            var (mean, variance) = JoinedMoments.Of(means.Slice(first, each), variances.Slice(first, each));
            means.Slice(first, each).Fill(mean);
            variances.Slice(first, each).Fill(variance);
        }
    }

    /// <summary>The gradients of gamma and beta, sum g (x - mean) / sqrt(variance + eps) and sum g.</summary>
    /// <param name="blocks">Where the groups lie.</param>
    /// <param name="table">What <see cref="Forward"/> wrote.</param>
    /// <param name="sums">What <see cref="Backward"/> wrote.</param>
    /// <param name="totals">Takes both: [2, C].</param>
    public static void AffineGradients(GroupBlocks blocks, ReadOnlySpan<float> table, ReadOnlySpan<double> sums, Span<double> totals)
    {
        totals.Clear();
        int each = blocks.Each.C;
        fixed (float* constants = table)
        {
            for (int block = 0; block < blocks.Count; block++)
            {
                float* inverses = new ChannelRows(constants + (nint)block * ChannelRows.Count * each, each).InverseDeviation;
                int column = block % blocks.PerSample * each;
                for (int c = 0; c < each; c++)
                {
                    totals[column + c] += sums[(2 * block + 1) * each + c] * inverses[c];
                    totals[blocks.Channels + column + c] += sums[2 * block * each + c];
                }
            }
        }
    }

    struct ForwardWork : IWork, IWideWork
    {
        public static int Pieces => 4;

        public GroupBlocks Blocks;
        public ChannelParts Parts;
        public float* X, Gamma, Beta, Table, Y;
        public double Epsilon;
        public double* Statistics;
        public bool Away;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            var each = Blocks.Each;
            int c = each.C;
            for (int block = first; block < last; block++)
            {
                nint start = (nint)block * each.Length, column = block % Blocks.PerSample * c;
                float* gamma = Gamma is null ? null : Gamma + column, beta = Beta is null ? null : Beta + column;
                double* own = Statistics + (nint)block * 2 * c;
                float* table = Table + (nint)block * ChannelRows.Count * c;
                if (!each.Last)
                {
                    Runs<S, V>(this, X + start, Y + start, gamma, beta, own, table);
                    continue;
                }

                Channels.Statistics(X + start, each, Parts, own);
                Join(new Span<double>(own, 2 * c), c, Blocks.Groups);
                ChannelTables.Constants(own, Epsilon, gamma, beta, null, c, table);
                Channels.Map<AffineMap>(X + start, null, each, Parts, table, null, Y + start, Away);
            }

            if (Away)
                StoresAway.Fence();
        }
    }

    struct BackwardWork : IWork, IWideWork
    {
        public static int Pieces => 4;

        public GroupBlocks Blocks;
        public ChannelParts Parts;
        public float* X, G, Table, Dx;
        public double* Sums;
        public bool Away;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            var each = Blocks.Each;
            int c = each.C;
            float[] rented = System.Buffers.ArrayPool<float>.Shared.Rent(GradientRows.Count * c);
            fixed (float* more = rented)
            {
                for (int block = first; block < last; block++)
                {
                    nint start = (nint)block * each.Length;
                    double* sums = Sums + (nint)block * 2 * c;
                    float* table = Table + (nint)block * ChannelRows.Count * c, x = X + start, g = G + start, dx = Dx + start;
                    if (each.Last)
                        Channels.Sum<GradientTerm<OpenGate>>(x, g, each, Parts, table, sums);
                    else
                        SumRuns<S, V>(each, x, g, table, sums);
                    ChannelTables.Center(table, sums, c);
                    Fill(table, sums, more);
                    if (each.Last)
                        Channels.Map<GradientMap<OpenGate>>(x, g, each, Parts, table, more, dx, Away);
                    else
                        MapRuns<S, V>(each, x, g, dx, table, more, Away);
                }
            }

            System.Buffers.ArrayPool<float>.Shared.Return(rented);
            if (Away)
                StoresAway.Fence();
        }

        // The constants of the gradient's map, with the sums over a group in the place of a channel's.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        readonly void Fill(float* table, double* sums, float* more)
        {
            int channels = Blocks.Each.C, each = channels / Blocks.Groups;
            double count = (double)each * Blocks.Each.L;
            var rows = new ChannelRows(table, channels);
            var to = new GradientRows(more, channels);
            for (int first = 0; first < channels; first += each)
            {
                double total = 0, product = 0, inverse = rows.InverseDeviation[first];
                for (int c = first; c < first + each; c++)
                {
                    total += rows.Scale[c] * sums[c];
                    product += rows.Scale[c] * sums[channels + c];
                }

                double mean = total / count, slope = -inverse * inverse * product / count;
                for (int c = first; c < first + each; c++)
                {
                    to.Slope[c] = (float)slope;
                    to.Scale[c] = rows.Scale[c];
                    to.Offset[c] = (float)(-mean - rows.MeanRest[c] * slope);
                }
            }
        }
    }
}
