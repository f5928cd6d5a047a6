using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ballast.Kernels;

// Where channels lie side by side a register holds several of them, and some rows are taken at once so that they come from
// memory once; else it holds neighbouring values of one channel.
static unsafe partial class SampleChannels
{
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
            int rows = Math.Min(PieceRows, layout.L - row);
            nint offset = (nint)row * layout.C;
            int done = SumColumns<T, S, V>(x + offset, g + offset, rows, layout.C, constants, sums, 0);
            if (S.Width > 8 && done < layout.C)
                done = SumColumns<T, Simd256, Vector256<float>>(x + offset, g + offset, rows, layout.C, constants, sums, done);
            if (S.Width > 4 && done < layout.C)
                done = SumColumns<T, Simd128, Vector128<float>>(x + offset, g + offset, rows, layout.C, constants, sums, done);
            if (done < layout.C)
                SumColumns<T, SimdScalar, float>(x + offset, g + offset, rows, layout.C, constants, sums, done);
        }
    }

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
            int rows = Math.Min(PieceRows, layout.L - row);
            nint offset = (nint)row * layout.C;
            int done = MapColumns<M, S, V>(x + offset, g + offset, to + offset, rows, layout.C, constants, 0);
            if (S.Width > 8 && done < layout.C)
                done = MapColumns<M, Simd256, Vector256<float>>(x + offset, g + offset, to + offset, rows, layout.C, constants, done);
            if (S.Width > 4 && done < layout.C)
                done = MapColumns<M, Simd128, Vector128<float>>(x + offset, g + offset, to + offset, rows, layout.C, constants, done);
            if (done < layout.C)
                MapColumns<M, SimdScalar, float>(x + offset, g + offset, to + offset, rows, layout.C, constants, done);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static int SumColumns<T, S, V>(float* x, float* g, int rows, int columns, float* constants, double* sums, int c)
        where T : struct, ISampleTerm
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        float* lanes = stackalloc float[Sums * S.Width];
        for (; c <= columns - S.Width; c += S.Width)
        {
            var k = SampleConstants<V>.Load<S>(new(constants + c, columns));
            V first = S.Broadcast(0), second = first, third = first, fourth = first, fifth = first;
            for (int n = 0; n < rows; n++)
            {
                nint i = (nint)n * columns + c;
                T.Add<S, V>(
                    S.Load(x + i), T.ReadsGradient ? S.Load(g + i) : default, k, ref first, ref second, ref third, ref fourth,
                    ref fifth);
            }

            S.Store(lanes, first);
            S.Store(lanes + S.Width, second);
            S.Store(lanes + 2 * S.Width, third);
            S.Store(lanes + 3 * S.Width, fourth);
            S.Store(lanes + 4 * S.Width, fifth);
            for (int sum = 0; sum < T.Count; sum++)
            {
                for (int lane = 0; lane < S.Width; lane++)
                    sums[(nint)sum * columns + c + lane] += lanes[sum * S.Width + lane];
            }
        }

        return c;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void SumRun<T, S, V>(float* x, float* g, int length, float* constants, double* sums, int stride)
        where T : struct, ISampleTerm
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        SampleRows rows = new(constants, stride);
        var k = SampleConstants<V>.Broadcast<S>(rows);
        var single = SampleConstants<float>.Broadcast<SimdScalar>(rows);
        for (int start = 0; start < length; start += PieceValues)
        {
            int i = start, end = Math.Min(length, start + PieceValues);
            V first = S.Broadcast(0), second = first, third = first, fourth = first, fifth = first;
            float a = 0, b = 0, c = 0, d = 0, e = 0;
            for (; i <= end - S.Width; i += S.Width)
            {
                T.Add<S, V>(
                    S.Load(x + i), T.ReadsGradient ? S.Load(g + i) : default, k, ref first, ref second, ref third, ref fourth,
                    ref fifth);
            }

            for (; i < end; i++)
                T.Add<SimdScalar, float>(x[i], T.ReadsGradient ? g[i] : 0, single, ref a, ref b, ref c, ref d, ref e);
            sums[0] += S.Sum(first) + (double)a;
            if (T.Count > 1)
                sums[stride] += S.Sum(second) + (double)b;
            if (T.Count > 2)
                sums[2 * (nint)stride] += S.Sum(third) + (double)c;
            if (T.Count > 3)
                sums[3 * (nint)stride] += S.Sum(fourth) + (double)d;
            if (T.Count > 4)
                sums[4 * (nint)stride] += S.Sum(fifth) + (double)e;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static int MapColumns<M, S, V>(float* x, float* g, float* to, int rows, int columns, float* constants, int c)
        where M : struct, ISampleMap
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        for (; c <= columns - S.Width; c += S.Width)
        {
            var k = SampleConstants<V>.Load<S>(new(constants + c, columns));
            for (int n = 0; n < rows; n++)
            {
                nint i = (nint)n * columns + c;
                S.Store(to + i, M.Apply<S, V>(S.Load(x + i), M.ReadsGradient ? S.Load(g + i) : default, k));
            }
        }

        return c;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void MapRun<M, S, V>(float* x, float* g, float* to, int length, float* constants, int stride)
        where M : struct, ISampleMap
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        SampleRows rows = new(constants, stride);
        var k = SampleConstants<V>.Broadcast<S>(rows);
        var single = SampleConstants<float>.Broadcast<SimdScalar>(rows);
        int i = 0;
        for (; i <= length - S.Width; i += S.Width)
            S.Store(to + i, M.Apply<S, V>(S.Load(x + i), M.ReadsGradient ? S.Load(g + i) : default, k));
        for (; i < length; i++)
            to[i] = M.Apply<SimdScalar, float>(x[i], M.ReadsGradient ? g[i] : 0, single);
    }
}
