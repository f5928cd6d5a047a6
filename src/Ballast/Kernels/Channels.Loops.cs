using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

static unsafe partial class Channels
{
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

    /// <summary>Adds up some runs of a channel, <paramref name="step"/> apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void SumRuns<T, S, V>(
        float* x, float* g, int runs, nint step, int length, float* table, nint stride, ref double first, ref double second)
        where T : struct, IChannelTerm
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        var channel = Broadcast<S, V>(table, stride);
        var single = Broadcast<SimdScalar, float>(table, stride);
        V a0 = S.Broadcast(0), a1 = a0, b0 = a0, b1 = a0;
        float restA = 0, restB = 0;
        int w = S.Width;
        for (int run = 0; run < runs; run++, x += step, g += step)
        {
            int i = 0;
            for (; i <= length - 2 * w; i += 2 * w)
            {
                T.Add<S, V>(S.Load(x + i), T.ReadsGradient ? S.Load(g + i) : default, channel, ref a0, ref b0);
                T.Add<S, V>(S.Load(x + i + w), T.ReadsGradient ? S.Load(g + i + w) : default, channel, ref a1, ref b1);
            }

            for (; i <= length - w; i += w)
                T.Add<S, V>(S.Load(x + i), T.ReadsGradient ? S.Load(g + i) : default, channel, ref a0, ref b0);
            for (; i < length; i++)
                T.Add<SimdScalar, float>(x[i], T.ReadsGradient ? g[i] : 0, single, ref restA, ref restB);
        }

        first += S.Sum(S.Add(a0, a1)) + (double)restA;
        second += S.Sum(S.Add(b0, b1)) + (double)restB;
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

    /// <summary>Maps some runs of a channel, <paramref name="step"/> apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void MapRuns<M, S, V>(
        float* x, float* g, float* to, int runs, nint step, int length, float* table, float* more, nint stride, bool away)
        where M : struct, IChannelMap
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        var channel = Broadcast<S, V>(table, stride);
        var a = Broadcast<S, V>(more, stride);
        var single = Broadcast<SimdScalar, float>(table, stride);
        var singleA = Broadcast<SimdScalar, float>(more, stride);
        for (int run = 0; run < runs; run++, x += step, g += step, to += step)
        {
            int i = 0;
            if (away && (nint)to % (S.Width * sizeof(float)) == 0)
            {
                for (; i <= length - S.Width; i += S.Width)
                    S.StoreAway(to + i, M.Apply<S, V>(S.Load(x + i), M.ReadsGradient ? S.Load(g + i) : default, channel, a));
            }

            for (; i <= length - S.Width; i += S.Width)
                S.Store(to + i, M.Apply<S, V>(S.Load(x + i), M.ReadsGradient ? S.Load(g + i) : default, channel, a));
            for (; i < length; i++)
                to[i] = M.Apply<SimdScalar, float>(x[i], M.ReadsGradient ? g[i] : 0, single, singleA);
        }
    }
}
