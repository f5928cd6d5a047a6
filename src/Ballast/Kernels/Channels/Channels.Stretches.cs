using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ballast.Kernels;

// Several values a stretch: a register holds neighbouring values of one channel.
static unsafe partial class Channels
{
    // Samples whose short runs are summed in float before they are added up in double.
    const int FloatSamples = 32;

    // Each stretch has a register of its own for each sum, in memory.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void SumStretches<T, S, V>(
        float* x, float* g, in ChannelParts parts, in ChannelPart part, float* table, nint stride, double* sums)
        where T : struct, IChannelTerm
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        int w = S.Width, stretches = part.Stretches, firstChannel = parts.Channel(part.FirstStretch);
        int length = parts.Length(part.FirstStretch);
        nint step = parts.Step, start = parts.Start(part.FirstStretch); // stretches lie one after the other
        bool areChannels = parts.AreChannels;
        float* lanes = Scratch.Take(stretches * 2 * w);
        new Span<double>(sums, stretches).Clear();
        new Span<double>(sums + parts.Width, stretches).Clear();
        for (int from = part.FirstSample; from < part.LastSample; from += FloatSamples)
        {
            new Span<float>(lanes, stretches * 2 * w).Clear();
            for (int n = from; n < Math.Min(from + FloatSamples, part.LastSample); n++)
            {
                float* own = lanes;
                nint offset = n * step + start;
                for (int k = 0; k < stretches; k++, own += 2 * w, offset += length)
                {
                    if (!areChannels)
                        length = parts.Length(part.FirstStretch + k);
                    float* constants = table + (T.CentersItself || areChannels ? k : parts.Channel(part.FirstStretch + k) - firstChannel);
                    if (T.CentersItself && n == part.FirstSample)
                        *constants = x[offset];
                    V a = S.Broadcast(0), b = a;
                    SumRun<T, S, V>(x + offset, g + offset, length, constants, stride, ref a, ref b);
                    S.Store(own, S.Add(S.Load(own), a));
                    S.Store(own + w, S.Add(S.Load(own + w), b));
                }
            }

            for (int k = 0; k < stretches; k++)
            {
                sums[k] += S.Sum(S.Load(lanes + (nint)k * 2 * w));
                sums[parts.Width + k] += S.Sum(S.Load(lanes + (nint)k * 2 * w + w));
            }
        }
    }

    /// <summary>Adds up one run of a channel lane by lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void SumRun<T, S, V>(
        float* x, float* g, int length, float* table, nint stride, ref V a, ref V b)
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
        V mask = S.First(length - i); // in the other lanes the center and a gradient of 0 add nothing
        T.Add<S, V>(
            S.Select(mask, S.LoadSome(x + i, mask), channel.Center), T.ReadsGradient ? S.LoadSome(g + i, mask) : default, channel, ref a, ref b);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void MapStretches<M, S, V>(
        float* x, float* g, float* to, in ChannelParts parts, in ChannelPart part, float* table, float* more, nint stride, bool away)
        where M : struct, IChannelMap
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        int firstChannel = parts.Channel(part.FirstStretch), length = parts.Length(part.FirstStretch);
        nint step = parts.Step, start = parts.Start(part.FirstStretch); // stretches lie one after the other
        bool areChannels = parts.AreChannels;
        for (int n = part.FirstSample; n < part.LastSample; n++)
        {
            nint offset = n * step + start;
            for (int k = 0; k < part.Stretches; k++, offset += length)
            {
                if (!areChannels)
                    length = parts.Length(part.FirstStretch + k);
                int c = areChannels ? k : parts.Channel(part.FirstStretch + k) - firstChannel;
                MapRun<M, S, V>(x + offset, g + offset, to + offset, length, table + c, more + c, stride, away);
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
        if (S.Width > Simd128.Width && length < S.Width)
        {
            MapRun<M, Simd128, Vector128<float>>(x, g, to, length, table, more, stride, away: false);
            return;
        }

        var channel = Channel<V>.Broadcast<S>(table, stride);
        var a = Channel<V>.Broadcast<S>(more, stride);
        int w = S.Width, i = 0, end = length - w;
        if (end < 0)
        {
            V mask = S.First(length);
            S.StoreSome(to, mask, M.Apply<S, V>(S.LoadSome(x, mask), M.ReadsGradient ? S.LoadSome(g, mask) : default, channel, a));
            return;
        }

        // The last register overlaps the one before it, over which results may be written where the values are.
        V last = S.Load(x + end), lastGradient = M.ReadsGradient ? S.Load(g + end) : default;
        if (away)
        {
            int past = (int)((nint)to / sizeof(float) % w);
            if (past != 0)
            {
                S.Store(to, M.Apply<S, V>(S.Load(x), M.ReadsGradient ? S.Load(g) : default, channel, a));
                i = w - past; // the rest of that register is written once more
            }

            for (; i <= end; i += w)
            {
                Region.Ahead(x + i, w);
                if (M.ReadsGradient)
                    Region.Ahead(g + i, w);
                S.StoreAway(to + i, M.Apply<S, V>(S.Load(x + i), M.ReadsGradient ? S.Load(g + i) : default, channel, a));
            }
        }

        for (; i <= end; i += w)
            S.Store(to + i, M.Apply<S, V>(S.Load(x + i), M.ReadsGradient ? S.Load(g + i) : default, channel, a));
        if (i < length)
            S.Store(to + end, M.Apply<S, V>(last, lastGradient, channel, a));
    }
}
