using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ballast.Kernels;

/// <summary>Where the channels of a tensor lie: [N, C] or [N, C, L].</summary>
readonly record struct ChannelLayout(int N, int C, int L)
{
    /// <summary>How many values there are.</summary>
    public int Length => N * C * L;

    /// <summary>How many values a channel has: those that share a mean.</summary>
    public int PerChannel => N * L;
}

/// <summary>Sums over channels and maps of channels, the two loops that every normalization over a batch is made of. Where
/// L is 1 a register holds neighbouring channels; else it holds neighbouring values of one channel.</summary>
static unsafe class Channels
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
        int pieces = layout.L > 1 ? layout.C : (layout.N + PieceRows - 1) / PieceRows;
        double[]? rented = null;
        Span<double> partial = layout.L > 1 || pieces <= 1 ? sums
            : (rented = System.Buffers.ArrayPool<double>.Shared.Rent(pieces * 2 * layout.C));
        fixed (float* from = x, g = gradient, t = table)
        fixed (double* to = partial)
        {
            var work = new SumWork<T> { X = from, G = g, Table = t, Sums = to, Layout = layout };
            if (layout.Length < SerialLength)
                work.Run(0, pieces, 0);
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
        int pieces = layout.L > 1 ? layout.N : (layout.N + PieceRows - 1) / PieceRows;
        fixed (float* from = x, g = gradient, t = table, a = more, to = destination)
        {
            var work = new MapWork<M> { X = from, G = g, Table = t, More = a is null ? t : a, To = to, Layout = layout };
            if (layout.Length < SerialLength)
                work.Run(0, pieces, 0);
            else
                Workers.Run(work, pieces);
        }
    }

    struct SumWork<T> : IWork
        where T : struct, IChannelTerm
    {
        public float* X, G, Table;
        public double* Sums;
        public ChannelLayout Layout;

        public readonly void Run(int first, int last, int worker)
        {
            for (int piece = first; piece < last; piece++)
            {
                if (Layout.L > 1)
                    SumChannel(piece);
                else
                    SumRows(piece);
            }
        }

        readonly void SumChannel(int c)
        {
            int l = Layout.L;
            double first = 0, second = 0;
            for (int n = 0; n < Layout.N; n++)
            {
                nint start = ((nint)n * Layout.C + c) * l;
                for (int i = 0; i < l; i += PieceValues)
                {
                    float* x = X + start + i;
                    float* g = T.ReadsGradient ? G + start + i : null;
                    int length = Math.Min(PieceValues, l - i);
                    if (Vector512.IsHardwareAccelerated)
                        SumRun<T, Simd512, Vector512<float>>(x, g, length, Table + c, Layout.C, ref first, ref second);
                    else if (Vector256.IsHardwareAccelerated)
                        SumRun<T, Simd256, Vector256<float>>(x, g, length, Table + c, Layout.C, ref first, ref second);
                    else
                        SumRun<T, Simd128, Vector128<float>>(x, g, length, Table + c, Layout.C, ref first, ref second);
                }
            }

            Sums[c] = first;
            Sums[Layout.C + c] = second;
        }

        readonly void SumRows(int piece)
        {
            int start = piece * PieceRows;
            int rows = Math.Min(PieceRows, Layout.N - start);
            float* x = X + (nint)start * Layout.C;
            float* g = T.ReadsGradient ? G + (nint)start * Layout.C : null;
            double* sums = Sums + (nint)piece * 2 * Layout.C;
            int c = 0;
            if (Vector512.IsHardwareAccelerated)
                c = SumColumns<T, Simd512, Vector512<float>>(x, g, rows, Layout.C, Table, sums, c);
            else if (Vector256.IsHardwareAccelerated)
                c = SumColumns<T, Simd256, Vector256<float>>(x, g, rows, Layout.C, Table, sums, c);
            else
                c = SumColumns<T, Simd128, Vector128<float>>(x, g, rows, Layout.C, Table, sums, c);
            SumColumns<T, SimdScalar, float>(x, g, rows, Layout.C, Table, sums, c);
        }
    }

    struct MapWork<M> : IWork
        where M : struct, IChannelMap
    {
        public float* X, G, Table, More, To;
        public ChannelLayout Layout;

        public readonly void Run(int first, int last, int worker)
        {
            for (int piece = first; piece < last; piece++)
            {
                if (Layout.L > 1)
                    MapSample(piece);
                else
                    MapRows(piece);
            }
        }

        readonly void MapSample(int n)
        {
            for (int c = 0; c < Layout.C; c++)
            {
                nint start = ((nint)n * Layout.C + c) * Layout.L;
                float* x = X + start;
                float* g = M.ReadsGradient ? G + start : null;
                float* to = To + start;
                int i = 0, length = Layout.L;
                if (Vector512.IsHardwareAccelerated)
                    i = MapRun<M, Simd512, Vector512<float>>(x, g, to, i, length, Table + c, More + c, Layout.C);
                else if (Vector256.IsHardwareAccelerated)
                    i = MapRun<M, Simd256, Vector256<float>>(x, g, to, i, length, Table + c, More + c, Layout.C);
                else
                    i = MapRun<M, Simd128, Vector128<float>>(x, g, to, i, length, Table + c, More + c, Layout.C);
                MapRun<M, SimdScalar, float>(x, g, to, i, length, Table + c, More + c, Layout.C);
            }
        }

        readonly void MapRows(int piece)
        {
            int start = piece * PieceRows;
            int rows = Math.Min(PieceRows, Layout.N - start);
            nint offset = (nint)start * Layout.C;
            float* g = M.ReadsGradient ? G + offset : null;
            int c = 0;
            if (Vector512.IsHardwareAccelerated)
                c = MapColumns<M, Simd512, Vector512<float>>(X + offset, g, To + offset, rows, Layout.C, Table, More, c);
            else if (Vector256.IsHardwareAccelerated)
                c = MapColumns<M, Simd256, Vector256<float>>(X + offset, g, To + offset, rows, Layout.C, Table, More, c);
            else
                c = MapColumns<M, Simd128, Vector128<float>>(X + offset, g, To + offset, rows, Layout.C, Table, More, c);
            MapColumns<M, SimdScalar, float>(X + offset, g, To + offset, rows, Layout.C, Table, More, c);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Channel<V> Load<S, V>(float* table, nint stride)
        where S : struct, ISimd<V>
        where V : unmanaged => new(S.Load(table), S.Load(table + stride), S.Load(table + 2 * stride));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Channel<V> Broadcast<S, V>(float* table, nint stride)
        where S : struct, ISimd<V>
        where V : unmanaged =>
        new(S.Broadcast(*table), S.Broadcast(table[stride]), S.Broadcast(table[2 * stride]));

    // Four registers of channels side by side where there are as many: whole cache lines, and sums that do not wait for one
    // another.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int SumColumns<T, S, V>(float* x, float* g, int rows, int columns, float* table, double* sums, int c)
        where T : struct, IChannelTerm
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        int w = S.Width;
        for (; c <= columns - 4 * w; c += 4 * w)
        {
            var channel0 = Load<S, V>(table + c, columns);
            var channel1 = Load<S, V>(table + c + w, columns);
            var channel2 = Load<S, V>(table + c + 2 * w, columns);
            var channel3 = Load<S, V>(table + c + 3 * w, columns);
            V a0 = S.Broadcast(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
            for (int n = 0; n < rows; n++)
            {
                float* v = x + (nint)n * columns + c;
                float* d = T.ReadsGradient ? g + (nint)n * columns + c : v;
                T.Add<S, V>(S.Load(v), S.Load(d), channel0, ref a0, ref b0);
                T.Add<S, V>(S.Load(v + w), S.Load(d + w), channel1, ref a1, ref b1);
                T.Add<S, V>(S.Load(v + 2 * w), S.Load(d + 2 * w), channel2, ref a2, ref b2);
                T.Add<S, V>(S.Load(v + 3 * w), S.Load(d + 3 * w), channel3, ref a3, ref b3);
            }

            StoreSums<S, V>(sums + c, columns, a0, b0);
            StoreSums<S, V>(sums + c + w, columns, a1, b1);
            StoreSums<S, V>(sums + c + 2 * w, columns, a2, b2);
            StoreSums<S, V>(sums + c + 3 * w, columns, a3, b3);
        }

        for (; c <= columns - w; c += w)
        {
            var channel = Load<S, V>(table + c, columns);
            V first = S.Broadcast(0), second = first;
            for (int n = 0; n < rows; n++)
            {
                nint i = (nint)n * columns + c;
                T.Add<S, V>(S.Load(x + i), T.ReadsGradient ? S.Load(g + i) : default, channel, ref first, ref second);
            }

            StoreSums<S, V>(sums + c, columns, first, second);
        }

        return c;
    }

    static void StoreSums<S, V>(double* sums, int columns, V first, V second)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        float* lanes = stackalloc float[2 * S.Width];
        S.Store(lanes, first);
        S.Store(lanes + S.Width, second);
        for (int lane = 0; lane < S.Width; lane++)
        {
            sums[lane] = lanes[lane];
            sums[columns + lane] = lanes[S.Width + lane];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void SumRun<T, S, V>(
        float* x, float* g, int length, float* table, int channels, ref double first, ref double second)
        where T : struct, IChannelTerm
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        var channel = Broadcast<S, V>(table, channels);
        V a = S.Broadcast(0), b = a;
        int i = 0;
        for (; i <= length - S.Width; i += S.Width)
            T.Add<S, V>(S.Load(x + i), T.ReadsGradient ? S.Load(g + i) : default, channel, ref a, ref b);
        first += S.Sum(a);
        second += S.Sum(b);

        var single = Broadcast<SimdScalar, float>(table, channels);
        float restA = 0, restB = 0;
        for (; i < length; i++)
            T.Add<SimdScalar, float>(x[i], T.ReadsGradient ? g[i] : 0, single, ref restA, ref restB);
        first += restA;
        second += restB;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int MapColumns<M, S, V>(
        float* x, float* g, float* to, int rows, int columns, float* table, float* more, int start)
        where M : struct, IChannelMap
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        int end = start + (columns - start) / S.Width * S.Width;
        for (int n = 0; n < rows; n++)
        {
            for (int c = start; c < end; c += S.Width)
            {
                nint i = (nint)n * columns + c;
                var channel = Load<S, V>(table + c, columns);
                var a = Load<S, V>(more + c, columns);
                S.Store(to + i, M.Apply<S, V>(S.Load(x + i), M.ReadsGradient ? S.Load(g + i) : default, channel, a));
            }
        }

        return end;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int MapRun<M, S, V>(
        float* x, float* g, float* to, int i, int length, float* table, float* more, int channels)
        where M : struct, IChannelMap
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        var channel = Broadcast<S, V>(table, channels);
        var a = Broadcast<S, V>(more, channels);
        for (; i <= length - S.Width; i += S.Width)
            S.Store(to + i, M.Apply<S, V>(S.Load(x + i), M.ReadsGradient ? S.Load(g + i) : default, channel, a));
        return i;
    }
}
