using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

// Several values a stretch: a register holds neighbouring values of one channel.
static unsafe partial class Channels
{
    // Samples whose short runs are summed in float before they are added up in double.
    const int FloatSamples = 32;

    // Each stretch has a register of its own for each sum, in memory, and one value for what does not fill a register.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void SumStretches<T, S, V>(
        float* x, float* g, in ChannelParts parts, in ChannelPart part, float* table, nint stride, double* sums)
        where T : struct, IChannelTerm
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        int w = S.Width, stretches = part.Stretches, firstChannel = parts.Channel(part.FirstStretch);
        float* lanes = Scratch.Take(stretches * (2 * w + 2)), rests = lanes + (nint)stretches * 2 * w;
        new Span<double>(sums, stretches).Clear();
        new Span<double>(sums + parts.Width, stretches).Clear();
        for (int from = part.FirstSample; from < part.LastSample; from += FloatSamples)
        {
            new Span<float>(lanes, stretches * (2 * w + 2)).Clear();
            for (int n = from; n < Math.Min(from + FloatSamples, part.LastSample); n++)
            {
                float* own = lanes, rest = rests;
                for (int k = 0; k < stretches; k++, own += 2 * w, rest += 2)
                {
                    int c = parts.Channel(part.FirstStretch + k);
                    int length = parts.Length(part.FirstStretch + k);
                    nint offset = n * parts.Step + parts.Start(part.FirstStretch + k);
                    float* constants = table + (T.CentersItself ? k : c - firstChannel);
                    if (T.CentersItself && n == part.FirstSample)
                        *constants = x[offset];
                    V a = S.Broadcast(0), b = a;
                    float restA = 0, restB = 0;
                    SumRun<T, S, V>(x + offset, g + offset, length, constants, stride, ref a, ref b, ref restA, ref restB);
                    S.Store(own, S.Add(S.Load(own), a));
                    S.Store(own + w, S.Add(S.Load(own + w), b));
                    rest[0] += restA;
                    rest[1] += restB;
                }
            }

            for (int k = 0; k < stretches; k++)
            {
                sums[k] += S.Sum(S.Load(lanes + (nint)k * 2 * w)) + (double)rests[2 * k];
                sums[parts.Width + k] += S.Sum(S.Load(lanes + (nint)k * 2 * w + w)) + (double)rests[2 * k + 1];
            }
        }
    }

    /// <summary>Adds up one run of a channel: lane by lane, and apart what does not fill a register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void SumRun<T, S, V>(
        float* x, float* g, int length, float* table, nint stride, ref V a, ref V b, ref float restA, ref float restB)
        where T : struct, IChannelTerm
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        var channel = Channel<V>.Broadcast<S>(table, stride);
        int w = S.Width, i = 0;
        if (length >= 8 * w)
        {
            V a0 = a, b0 = b, a1 = S.Broadcast(0), a2 = a1, a3 = a1, b1 = a1, b2 = a1, b3 = a1;
            for (; i <= length - 4 * w; i += 4 * w)
            {
                if (T.ReadsGradient)
                {
                    Region.Ahead(x + i, 4 * w);
                    Region.Ahead(g + i, 4 * w);
                }

                T.Add<S, V>(S.Load(x + i), T.ReadsGradient ? S.Load(g + i) : default, channel, ref a0, ref b0);
                T.Add<S, V>(S.Load(x + i + w), T.ReadsGradient ? S.Load(g + i + w) : default, channel, ref a1, ref b1);
                T.Add<S, V>(S.Load(x + i + 2 * w), T.ReadsGradient ? S.Load(g + i + 2 * w) : default, channel, ref a2, ref b2);
                T.Add<S, V>(S.Load(x + i + 3 * w), T.ReadsGradient ? S.Load(g + i + 3 * w) : default, channel, ref a3, ref b3);
            }

            a = S.Add(S.Add(a0, a1), S.Add(a2, a3));
            b = S.Add(S.Add(b0, b1), S.Add(b2, b3));
        }

        for (; i <= length - w; i += w)
            T.Add<S, V>(S.Load(x + i), T.ReadsGradient ? S.Load(g + i) : default, channel, ref a, ref b);
        if (i == length)
            return;
        var single = Channel<float>.Broadcast<SimdScalar>(table, stride);
        float firstRest = restA, secondRest = restB;
        for (; i < length; i++)
            T.Add<SimdScalar, float>(x[i], T.ReadsGradient ? g[i] : 0, single, ref firstRest, ref secondRest);
        (restA, restB) = (firstRest, secondRest);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void MapStretches<M, S, V>(
        float* x, float* g, float* to, in ChannelParts parts, in ChannelPart part, float* table, float* more, nint stride, bool away)
        where M : struct, IChannelMap
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        int firstChannel = parts.Channel(part.FirstStretch);
        for (int n = part.FirstSample; n < part.LastSample; n++)
        {
            for (int k = part.FirstStretch; k < part.LastStretch; k++)
            {
                int c = parts.Channel(k) - firstChannel;
                nint offset = n * parts.Step + parts.Start(k);
                MapRun<M, S, V>(x + offset, g + offset, to + offset, parts.Length(k), table + c, more + c, stride, away);
            }
        }
    }

    /// <summary>Maps one run of a channel.</summary>
    /// <param name="x">The values.</param>
    /// <param name="g">The gradient, where the map reads one.</param>
    /// <param name="to">The results: with <paramref name="away"/> not where the values or the gradient are.</param>
    /// <param name="length">How many there are.</param>
    /// <param name="table">The channel's constants.</param>
    /// <param name="more">Three more.</param>
    /// <param name="stride">From one constant to the next.</param>
    /// <param name="away">Whether to store past the caches.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void MapRun<M, S, V>(
        float* x, float* g, float* to, int length, float* table, float* more, nint stride, bool away)
        where M : struct, IChannelMap
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        var channel = Channel<V>.Broadcast<S>(table, stride);
        var a = Channel<V>.Broadcast<S>(more, stride);
        int w = S.Width, i = 0;
        if (away && length >= w)
        {
            int past = (int)((nint)to / sizeof(float) % w);
            if (past != 0)
            {
                S.Store(to, M.Apply<S, V>(S.Load(x), M.ReadsGradient ? S.Load(g) : default, channel, a));
                i = w - past; // the rest of that register is written once more
            }

            for (; i <= length - w; i += w)
            {
                Region.Ahead(x + i, w);
                if (M.ReadsGradient)
                    Region.Ahead(g + i, w);
                S.StoreAway(to + i, M.Apply<S, V>(S.Load(x + i), M.ReadsGradient ? S.Load(g + i) : default, channel, a));
            }
        }

        for (; i <= length - w; i += w)
            S.Store(to + i, M.Apply<S, V>(S.Load(x + i), M.ReadsGradient ? S.Load(g + i) : default, channel, a));
        if (i == length)
            return;
        var single = Channel<float>.Broadcast<SimdScalar>(table, stride);
        var singleA = Channel<float>.Broadcast<SimdScalar>(more, stride);
        for (; i < length; i++)
            to[i] = M.Apply<SimdScalar, float>(x[i], M.ReadsGradient ? g[i] : 0, single, singleA);
    }
}
