using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

// One value a stretch: channels lie side by side, and so do the rows of a part.
static unsafe partial class Channels
{
    // A few rows at once, so that the sums stay in their registers for as long and memory is still read nearly in its order.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static int SumColumns<T, S, V>(
        float* x, float* g, in ChannelPart part, nint step, float* table, nint stride, double* sums, int width, int start)
        where T : struct, IChannelTerm
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        int w = S.Width, columns = part.Stretches, rows = part.Samples, end = start + (columns - start) / w * w;
        if (end == start)
            return start;
        float* firsts = Scratch.Take(2 * columns), seconds = firsts + columns;
        new Span<float>(firsts, 2 * columns).Clear();
        int height = T.ReadsGradient && columns > 4 * w ? 4 : 16;
        nint ahead = Math.Max(height, Region.Page / step) * step;
        for (int from = 0; from < rows; from += height)
        {
            int count = Math.Min(height, rows - from);
            float* block = x + from * step;
            nint toGradient = (nint)(g - x);
            int c = start;
            for (; c <= end - 2 * w; c += 2 * w)
            {
                Channel<V> channel0 = Channel<V>.Load<S>(table + c, stride), channel1 = Channel<V>.Load<S>(table + c + w, stride);
                V a0 = S.Load(firsts + c), a1 = S.Load(firsts + c + w), b0 = S.Load(seconds + c), b1 = S.Load(seconds + c + w);
                float* value = block + c;
                for (int n = 0; n < count; n++, value += step)
                {
                    float* gradient = value + toGradient;
                    if (T.ReadsGradient)
                    {
                        Region.Ahead(value, 2 * w, ahead);
                        Region.Ahead(gradient, 2 * w, ahead);
                    }

                    T.Add<S, V>(S.Load(value), T.ReadsGradient ? S.Load(gradient) : default, channel0, ref a0, ref b0);
                    T.Add<S, V>(S.Load(value + w), T.ReadsGradient ? S.Load(gradient + w) : default, channel1, ref a1, ref b1);
                }

                S.Store(firsts + c, a0);
                S.Store(firsts + c + w, a1);
                S.Store(seconds + c, b0);
                S.Store(seconds + c + w, b1);
            }

            for (; c < end; c += w)
            {
                var channel = Channel<V>.Load<S>(table + c, stride);
                V a = S.Load(firsts + c), b = S.Load(seconds + c);
                float* value = block + c;
                for (int n = 0; n < count; n++, value += step)
                    T.Add<S, V>(S.Load(value), T.ReadsGradient ? S.Load(value + toGradient) : default, channel, ref a, ref b);
                S.Store(firsts + c, a);
                S.Store(seconds + c, b);
            }
        }

        for (int c = start; c < end; c++)
        {
            sums[c] = firsts[c];
            sums[width + c] = seconds[c];
        }

        return end;
    }

    // Four rows share a register's constants.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static int MapColumns<M, S, V>(
        float* x, float* g, float* to, in ChannelPart part, nint step, float* table, float* more, nint stride, bool away, int start)
        where M : struct, IChannelMap
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        int w = S.Width, end = start + (part.Stretches - start) / w * w;
        if (end == start)
            return start;
        away &= (nint)to % (w * sizeof(float)) == 0 && step % w == 0;
        nint toGradient = (nint)(g - x), toResult = (nint)(to - x), ahead = Math.Max(4, Region.Page / step) * step;
        for (int n = 0; n < part.Samples; n += 4)
        {
            int count = Math.Min(4, part.Samples - n);
            float* row = x + n * step;
            for (int c = start; c < end; c += w)
            {
                var channel = Channel<V>.Load<S>(table + c, stride);
                var a = Channel<V>.Load<S>(more + c, stride);
                float* value = row + c;
                for (int i = 0; i < count; i++, value += step)
                {
                    V result = M.Apply<S, V>(
                        S.Load(value), M.ReadsGradient ? S.Load(value + toGradient) : default, channel, a);
                    if (!away)
                    {
                        S.Store(value + toResult, result);
                        continue;
                    }

                    Region.Ahead(value, w, ahead);
                    if (M.ReadsGradient)
                        Region.Ahead(value + toGradient, w, ahead);
                    S.StoreAway(value + toResult, result);
                }
            }
        }

        return end;
    }
}
