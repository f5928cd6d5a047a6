using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>Sums over channels and maps of channels, the two loops that every normalization over a batch is made of. Where
/// channels lie side by side a register holds several of them; else it holds neighbouring values of one channel.</summary>
static unsafe partial class Channels
{
    // Values that are summed in float before they are added up in double, and the unit of work.
    const int PieceRows = 256;
    const int PieceValues = 1024;
    const int SerialLength = 1 << 16;
    const int AwayLength = 1 << 22; // results that no cache holds until somebody reads them

    /// <summary>Two sums over all values of each channel.</summary>
    /// <param name="x">The values.</param>
    /// <param name="gradient">Values of the same layout, or empty where the term reads none.</param>
    /// <param name="layout">Where the channels lie.</param>
    /// <param name="table">center, scale and shift: [3, C].</param>
    /// <param name="sums">Both sums: [2, C].</param>
    public static void Sum<T>(
        ReadOnlySpan<float> x, ReadOnlySpan<float> gradient, ChannelLayout layout, ReadOnlySpan<float> table,
        Span<double> sums)
        where T : struct, IChannelTerm
    {
        int pieces = layout.AreRows ? (layout.PerChannel + PieceRows - 1) / PieceRows : layout.C;
        double[]? rented = null;
        Span<double> partial = !layout.AreRows || pieces <= 1 ? sums
            : (rented = System.Buffers.ArrayPool<double>.Shared.Rent(pieces * 2 * layout.C));
        fixed (float* from = x, g = gradient, t = table)
        fixed (double* to = partial)
        {
            var work = new SumWork<T> { X = from, G = g, Table = t, Sums = to, Layout = layout };
            if (layout.Length < SerialLength)
                work.Run(0, pieces);
            else
                Workers.Run(work, pieces);
        }

        if (rented is null)
            return;
        sums.Clear();
        for (int piece = 0; piece < pieces; piece++)
        {
            for (int i = 0; i < 2 * layout.C; i++)
                sums[i] += partial[piece * 2 * layout.C + i];
        }

        System.Buffers.ArrayPool<double>.Shared.Return(rented);
    }

    /// <summary>destination[i] = M(x[i], gradient[i]); the destination may be one of the sources.</summary>
    /// <param name="x">The values.</param>
    /// <param name="gradient">Values of the same layout, or empty where the map reads none.</param>
    /// <param name="layout">Where the channels lie.</param>
    /// <param name="table">center, scale and shift: [3, C].</param>
    /// <param name="more">Three more constants a channel, or empty where the map needs none: [3, C].</param>
    /// <param name="destination">The results.</param>
    public static void Map<M>(
        ReadOnlySpan<float> x, ReadOnlySpan<float> gradient, ChannelLayout layout, ReadOnlySpan<float> table,
        ReadOnlySpan<float> more, Span<float> destination)
        where M : struct, IChannelMap
    {
        int pieces = layout.AreRows ? (layout.PerChannel + PieceRows - 1) / PieceRows : layout.C;
        fixed (float* from = x, g = gradient, t = table, a = more, to = destination)
        {
            var work = new MapWork<M> { X = from, G = g, Table = t, More = a is null ? t : a, To = to, Layout = layout };
            if (layout.Length < SerialLength)
                work.Run(0, pieces);
            else
                Workers.Run(work, pieces);
        }
    }

    /// <summary>Two sums over all values of one channel that lies in runs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static (double First, double Second) SumChannel<T, S, V>(
        float* x, float* g, ChannelLayout layout, int c, float* table, nint stride)
        where T : struct, IChannelTerm
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        double first = 0, second = 0;
        var pieces = new Pieces(layout);
        for (int p = 0; p < pieces.Count; p++)
        {
            var (start, runs, length) = pieces[p, c];
            pieces.Prefetch(x, p + 1, c);
            if (T.ReadsGradient)
                pieces.Prefetch(g, p + 1, c);
            SumRuns<T, S, V>(x + start, g + start, runs, pieces.Step, length, table, stride, ref first, ref second);
        }

        return (first, second);
    }

    /// <summary>Maps all values of one channel that lies in runs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void MapChannel<M, S, V>(
        float* x, float* g, float* to, ChannelLayout layout, int c, float* table, float* more, nint stride)
        where M : struct, IChannelMap
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        bool away = layout.Length >= AwayLength && to != x && to != g;
        var pieces = new Pieces(layout);
        for (int p = pieces.Count - 1; p >= 0; p--)
        {
            var (start, runs, length) = pieces[p, c];
            pieces.Prefetch(x, p - 1, c);
            if (!away)
                pieces.Prefetch(to, p - 1, c);
            MapRuns<M, S, V>(x + start, g + start, to + start, runs, pieces.Step, length, table, more, stride, away);
        }
    }

    // How the runs of a channel are taken: a long one in pieces, several short ones at once. The next piece is asked for while
    // one is worked on, for the processor's own prefetching does not see from one run to the next.
    readonly struct Pieces(ChannelLayout layout)
    {
        readonly int perRun = (layout.L + PieceValues - 1) / PieceValues;
        readonly int runs = Math.Max(1, PieceValues / layout.L);

        public nint Step => (nint)layout.C * layout.L;

        public int Count => perRun > 1 ? layout.N * perRun : (layout.N + runs - 1) / runs;

        public (nint Start, int Runs, int Length) this[int piece, int c]
        {
            get
            {
                if (perRun > 1)
                {
                    int i = piece % perRun * PieceValues;
                    return ((nint)(piece / perRun) * Step + (nint)c * layout.L + i, 1, Math.Min(PieceValues, layout.L - i));
                }

                int n = piece * runs;
                return (n * Step + (nint)c * layout.L, Math.Min(runs, layout.N - n), layout.L);
            }
        }

        public void Prefetch(float* values, int piece, int c)
        {
            if ((uint)piece >= (uint)Count)
                return;
            var (start, count, length) = this[piece, c];
            for (int run = 0; run < count; run++)
                new Region(values + start + run * Step, length).Prefetch(0, 1);
        }
    }

    struct SumWork<T> : IWork, IWideWork
        where T : struct, IChannelTerm
    {
        public float* X, G, Table;
        public double* Sums;
        public ChannelLayout Layout;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            for (int piece = first; piece < last; piece++)
            {
                if (Layout.AreRows)
                    SumRows<S, V>(piece);
                else
                {
                    var (sum, product) = SumChannel<T, S, V>(X, G, Layout, piece, Table + piece, Layout.C);
                    Sums[piece] = sum;
                    Sums[Layout.C + piece] = product;
                }
            }
        }

        readonly void SumRows<S, V>(int piece)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            int start = piece * PieceRows;
            int rows = Math.Min(PieceRows, Layout.PerChannel - start);
            nint offset = (nint)start * Layout.C;
            double* sums = Sums + (nint)piece * 2 * Layout.C;
            int done = SumColumns<T, S, V>(X + offset, G + offset, rows, Layout.C, Table, sums, 0);
            SumColumns<T, SimdScalar, float>(X + offset, G + offset, rows, Layout.C, Table, sums, done);
        }
    }

    struct MapWork<M> : IWork, IWideWork
        where M : struct, IChannelMap
    {
        public float* X, G, Table, More, To;
        public ChannelLayout Layout;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            // Backwards: what the pass before this one read last is still in the cache.
            for (int piece = last - 1; piece >= first; piece--)
            {
                if (Layout.AreRows)
                    MapRows<S, V>(piece);
                else
                    MapChannel<M, S, V>(X, G, To, Layout, piece, Table + piece, More + piece, Layout.C);
            }
        }

        readonly void MapRows<S, V>(int piece)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            int start = piece * PieceRows;
            int rows = Math.Min(PieceRows, Layout.PerChannel - start);
            nint offset = (nint)start * Layout.C;
            float* x = X + offset, g = G + offset, to = To + offset;
            int done = MapColumns<M, S, V>(x, g, to, rows, Layout.C, Table, More, 0);
            MapColumns<M, SimdScalar, float>(x, g, to, rows, Layout.C, Table, More, done);
        }
    }
}
