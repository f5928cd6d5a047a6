using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>The sum of x.</summary>
readonly struct ValueTerm : IChannelTerm
{
    public static bool ReadsGradient => false;
    public static bool CentersItself => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add<S, V>(V x, V gradient, in Channel<V> channel, ref V first, ref V second)
        where S : struct, ISimd<V> where V : unmanaged => first = S.Add(first, x);
}

/// <summary>Sums over channels and maps of channels [N, C, L] of which only some positions count: those where a mask [N, L] is above
/// zero. What lies at the others is never looked at, not even a value that is not a number.</summary>
static unsafe class MaskedChannels
{
    const int SerialLength = 1 << 16;
    const int PieceValues = 1024; // values that are summed in float before they are added up in double

    /// <summary>Two sums over the values of each channel that count.</summary>
    /// <param name="x">The values.</param>
    /// <param name="gradient">Values of the same layout, or empty where the term reads none.</param>
    /// <param name="mask">[N, L].</param>
    /// <param name="layout">Where the channels lie: in runs.</param>
    /// <param name="table">center, scale and shift: [3, C].</param>
    /// <param name="sums">Both sums: [2, C].</param>
    public static void Sum<T>(
        ReadOnlySpan<float> x, ReadOnlySpan<float> gradient, ReadOnlySpan<float> mask, ChannelLayout layout,
        ReadOnlySpan<float> table, Span<double> sums)
        where T : struct, IChannelTerm
    {
        fixed (float* from = x, g = gradient, m = mask, t = table)
        fixed (double* to = sums)
            Run(new SumWork<T> { X = from, G = g, Mask = m, Table = t, Sums = to, Layout = layout }, layout);
    }

    /// <summary>destination[i] = M(x[i], gradient[i]) where position i counts, 0 elsewhere.</summary>
    /// <param name="x">The values.</param>
    /// <param name="gradient">Values of the same layout, or empty where the map reads none.</param>
    /// <param name="mask">[N, L].</param>
    /// <param name="layout">Where the channels lie: in runs.</param>
    /// <param name="table">center, scale and shift: [3, C].</param>
    /// <param name="more">Three more constants a channel, or empty where the map needs none: [3, C].</param>
    /// <param name="destination">The results; may be one of the sources.</param>
    public static void Map<M>(
        ReadOnlySpan<float> x, ReadOnlySpan<float> gradient, ReadOnlySpan<float> mask, ChannelLayout layout,
        ReadOnlySpan<float> table, ReadOnlySpan<float> more, Span<float> destination)
        where M : struct, IChannelMap
    {
        fixed (float* from = x, g = gradient, m = mask, t = table, a = more, to = destination)
        {
            Run(
                new MapWork<M> { X = from, G = g, Mask = m, Table = t, More = a is null ? t : a, To = to, Layout = layout }, layout);
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Channel<V> Broadcast<S, V>(float* table, nint stride)
        where S : struct, ISimd<V>
        where V : unmanaged =>
        new(S.Broadcast(*table), S.Broadcast(table[stride]), S.Broadcast(table[2 * stride]));

    struct SumWork<T> : IWork, IWideWork
        where T : struct, IChannelTerm
    {
        public float* X, G, Mask, Table;
        public double* Sums;
        public ChannelLayout Layout;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            for (int c = first; c < last; c++)
            {
                double sum = 0, product = 0;
                for (int n = 0; n < Layout.N; n++)
                {
                    nint start = ((nint)n * Layout.C + c) * Layout.L;
                    for (int i = 0; i < Layout.L; i += PieceValues)
                    {
                        int length = Math.Min(PieceValues, Layout.L - i);
                        Add<S, V>(X + start + i, G + start + i, Mask + (nint)n * Layout.L + i, length, c, ref sum, ref product);
                    }
                }

                Sums[c] = sum;
                Sums[Layout.C + c] = product;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly void Add<S, V>(float* x, float* g, float* mask, int length, int c, ref double first, ref double second)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            var channel = Broadcast<S, V>(Table + c, Layout.C);
            var single = Broadcast<SimdScalar, float>(Table + c, Layout.C);
            V a = S.Broadcast(0), b = a, zero = a;
            float restA = 0, restB = 0;
            int i = 0;
            for (; i <= length - S.Width; i += S.Width)
            {
                V counts = S.GreaterOrNaN(S.Load(mask + i), zero);
                V value = S.Select(counts, S.Load(x + i), channel.Center);
                T.Add<S, V>(value, T.ReadsGradient ? S.Select(counts, S.Load(g + i), zero) : default, channel, ref a, ref b);
            }

            for (; i < length; i++)
            {
                bool counts = mask[i] > 0;
                float gradient = T.ReadsGradient && counts ? g[i] : 0;
                T.Add<SimdScalar, float>(counts ? x[i] : single.Center, gradient, single, ref restA, ref restB);
            }

            first += S.Sum(a) + (double)restA;
            second += S.Sum(b) + (double)restB;
        }
    }

    struct MapWork<M> : IWork, IWideWork
        where M : struct, IChannelMap
    {
        public float* X, G, Mask, Table, More, To;
        public ChannelLayout Layout;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            for (int c = first; c < last; c++)
            {
                for (int n = 0; n < Layout.N; n++)
                {
                    nint start = ((nint)n * Layout.C + c) * Layout.L;
                    float* mask = Mask + (nint)n * Layout.L;
                    int done = Apply<S, V>(X + start, G + start, mask, To + start, c, 0);
                    Apply<SimdScalar, float>(X + start, G + start, mask, To + start, c, done);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly int Apply<S, V>(float* x, float* g, float* mask, float* to, int c, int i)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            var channel = Broadcast<S, V>(Table + c, Layout.C);
            var a = Broadcast<S, V>(More + c, Layout.C);
            V zero = S.Broadcast(0);
            for (; i <= Layout.L - S.Width; i += S.Width)
            {
                V result = M.Apply<S, V>(S.Load(x + i), M.ReadsGradient ? S.Load(g + i) : default, channel, a);
                S.Store(to + i, S.WherePositive(S.Load(mask + i), result));
            }

            return i;
        }
    }
}
