using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ballast.Kernels;

// Where channels lie side by side a register holds several of them, and some rows are taken at once so that they come from
// memory once; else it holds neighbouring values of one channel.
static unsafe partial class SampleChannels
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void SumSample<T, S, V>(float* x, float* g, ChannelLayout layout, float* constants, double* sums)
        where T : struct, ISampleTerm
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        new Span<double>(sums, Sums * layout.C).Clear();
        if (!layout.AreRows)
        {
            for (int c = 0; c < layout.C; c++, x += layout.L, g += layout.L)
                SumRun<T, S, V>(x, g, layout.L, constants + c, sums + c, layout.C);
            return;
        }

        for (int row = 0; row < layout.L; row += PieceRows)
        {
            nint offset = (nint)row * layout.C;
            SumColumns<T> piece = new()
            {
                X = x + offset,
                G = g + offset,
                Rows = Math.Min(PieceRows, layout.L - row),
                Columns = layout.C,
                Constants = constants,
                Totals = sums,
            };
            Simd.Columns<S, V, SumColumns<T>>(piece, 0, layout.C);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void MapSample<M, S, V>(float* x, float* g, float* to, ChannelLayout layout, float* constants)
        where M : struct, ISampleMap
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        if (!layout.AreRows)
        {
            for (int c = 0; c < layout.C; c++, x += layout.L, g += layout.L, to += layout.L)
                MapRun<M, S, V>(x, g, to, layout.L, constants + c, layout.C);
            return;
        }

        for (int row = 0; row < layout.L; row += PieceRows)
        {
            nint offset = (nint)row * layout.C;
            MapColumns<M> piece = new()
            {
                X = x + offset,
                G = g + offset,
                To = to + offset,
                Rows = Math.Min(PieceRows, layout.L - row),
                Columns = layout.C,
                Constants = constants,
            };
            Simd.Columns<S, V, MapColumns<M>>(piece, 0, layout.C);
        }
    }

    // All sums of some rows.
    struct SumColumns<T> : IColumns
        where T : struct, ISampleTerm
    {
        public float* X, G, Constants;
        public double* Totals;
        public int Rows, Columns;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<S, V, L>(int first, int last, int done)
            where S : struct, ISimd<V>
            where V : unmanaged
            where L : struct, ILanes
        {
            float* lanes = stackalloc float[Sums * S.Width];
            for (int column = first; column < last; column += S.Width)
            {
                var k = SampleConstants<V>.Load<S>(new(Constants + column, Columns));
                V a = S.Broadcast(0), b = a, c = a, d = a, e = a;
                for (int n = 0; n < Rows; n++)
                {
                    nint i = (nint)n * Columns + column;
                    T.Add<S, V>(S.Load(X + i), T.ReadsGradient ? S.Load(G + i) : default, k, ref a, ref b, ref c, ref d, ref e);
                }

                S.Store(lanes, a);
                S.Store(lanes + S.Width, b);
                S.Store(lanes + 2 * S.Width, c);
                S.Store(lanes + 3 * S.Width, d);
                S.Store(lanes + 4 * S.Width, e);
                for (int sum = 0; sum < T.Count; sum++)
                {
                    for (int lane = column == first ? done : 0; lane < S.Width; lane++)
                        Totals[(nint)sum * Columns + column + lane] += lanes[sum * S.Width + lane];
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void SumRun<T, S, V>(float* x, float* g, int length, float* constants, double* sums, int stride)
        where T : struct, ISampleTerm
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        var k = SampleConstants<V>.Broadcast<S>(new(constants, stride));
        for (int start = 0; start < length; start += PieceValues)
        {
            int i = start, end = Math.Min(length, start + PieceValues);
            V first = S.Broadcast(0), second = first, third = first, fourth = first, fifth = first;
            for (; i <= end - S.Width; i += S.Width)
            {
                T.Add<S, V>(
                    S.Load(x + i), T.ReadsGradient ? S.Load(g + i) : default, k, ref first, ref second, ref third, ref fourth,
                    ref fifth);
            }

            if (i < end)
            {
                V mask = S.First(end - i); // a value of 0 whose gradient is 0 adds nothing
                T.Add<S, V>(
                    S.LoadSome(x + i, mask), T.ReadsGradient ? S.LoadSome(g + i, mask) : default, k, ref first, ref second, ref third,
                    ref fourth, ref fifth);
            }

            sums[0] += S.Sum(first);
            if (T.Count > 1)
                sums[stride] += S.Sum(second);
            if (T.Count > 2)
                sums[2 * (nint)stride] += S.Sum(third);
            if (T.Count > 3)
                sums[3 * (nint)stride] += S.Sum(fourth);
            if (T.Count > 4)
                sums[4 * (nint)stride] += S.Sum(fifth);
        }
    }

    struct MapColumns<M> : IColumns
        where M : struct, ISampleMap
    {
        public float* X, G, To, Constants;
        public int Rows, Columns;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<S, V, L>(int first, int last, int done)
            where S : struct, ISimd<V>
            where V : unmanaged
            where L : struct, ILanes
        {
            float* x = X, g = G, to = To;
            V mask = S.First(done);
            for (int c = first; c < last; c += S.Width)
            {
                var k = SampleConstants<V>.Load<S>(new(Constants + c, Columns));
                nint i = c;
                for (int n = 0; n < Rows; n++, i += Columns)
                    L.Store<S, V>(to + i, mask, M.Apply<S, V>(S.Load(x + i), M.ReadsGradient ? S.Load(g + i) : default, k));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void MapRun<M, S, V>(float* x, float* g, float* to, int length, float* constants, int stride)
        where M : struct, ISampleMap
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        if (length < S.Width)
        {
            if (S.Width > Simd128.Width)
                MapRun<M, Simd128, Vector128<float>>(x, g, to, length, constants, stride);
            else if (length > 0)
                MapRun<M, SimdScalar, float>(x, g, to, length, constants, stride);
            return;
        }

        // The last register overlaps the one before it, over which results may be written where the values are.
        var k = SampleConstants<V>.Broadcast<S>(new(constants, stride));
        int i = 0, end = length - S.Width;
        V last = S.Load(x + end), lastGradient = M.ReadsGradient ? S.Load(g + end) : default;
        for (; i <= end; i += S.Width)
            S.Store(to + i, M.Apply<S, V>(S.Load(x + i), M.ReadsGradient ? S.Load(g + i) : default, k));
        if (i < length)
            S.Store(to + end, M.Apply<S, V>(last, lastGradient, k));
    }
}
