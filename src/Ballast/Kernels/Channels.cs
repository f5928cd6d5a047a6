namespace Ballast.Kernels;

/// <summary>Sums over channels and maps of channels, the two loops that every normalization over a batch is made of. Where
/// channels lie side by side a register holds several of them; else it holds neighbouring values of one channel.</summary>
static unsafe partial class Channels
{
    // Values that are summed in float before they are added up in double, and the unit of work.
    const int PieceRows = 256;
    const int PieceValues = 4096;
    const int SerialLength = 1 << 16;

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
        int pieces = layout.AreRows ? (layout.PerChannel + PieceRows - 1) / PieceRows : layout.N;
        fixed (float* from = x, g = gradient, t = table, a = more, to = destination)
        {
            var work = new MapWork<M> { X = from, G = g, Table = t, More = a is null ? t : a, To = to, Layout = layout };
            if (layout.Length < SerialLength)
                work.Run(0, pieces);
            else
                Workers.Run(work, pieces);
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
                    SumChannel<S, V>(piece);
            }
        }

        readonly void SumChannel<S, V>(int c)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            double first = 0, second = 0;
            for (int n = 0; n < Layout.N; n++)
            {
                nint start = ((nint)n * Layout.C + c) * Layout.L;
                for (int i = 0; i < Layout.L; i += PieceValues)
                {
                    SumRun<T, S, V>(X + start + i, G + start + i, Math.Min(PieceValues, Layout.L - i), Table + c, Layout.C,
                        ref first, ref second);
                }
            }

            Sums[c] = first;
            Sums[Layout.C + c] = second;
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
            for (int piece = first; piece < last; piece++)
            {
                if (Layout.AreRows)
                    MapRows<S, V>(piece);
                else
                    MapSample<S, V>(piece);
            }
        }

        readonly void MapSample<S, V>(int n)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            for (int c = 0; c < Layout.C; c++)
            {
                nint start = ((nint)n * Layout.C + c) * Layout.L;
                float* table = Table + c, more = More + c;
                int done = MapRun<M, S, V>(X + start, G + start, To + start, 0, Layout.L, table, more, Layout.C);
                MapRun<M, SimdScalar, float>(X + start, G + start, To + start, done, Layout.L, table, more, Layout.C);
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
