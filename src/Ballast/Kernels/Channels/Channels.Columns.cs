using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

// One value a stretch: channels lie side by side, and so do the rows of a part.
static unsafe partial class Channels
{
    // A few rows at once, so that their sums stay in registers and memory is still read nearly in its order. Deviations of these rows are
    // summed apart: they may be alike, and a sum that grows row by row would round them all the same way. A gradient's go on from row to
    // row, as in ChannelGates: both give the same bits.
    struct SumColumns<T> : IColumns
        where T : struct, IChannelTerm
    {
        public float* X, G, Table;
        public double* Sums;
        public ChannelPart Part;
        public nint Step, Stride;
        public int Width, Rows;
        public bool AreCached;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<S, V, L>(int first, int last, int done)
            where S : struct, ISimd<V>
            where V : unmanaged
            where L : struct, ILanes
        {
            float* x = X, table = Table;
            nint step = Step, stride = Stride;
            int w = S.Width, columns = Part.Stretches, rows = Part.Samples;
            float* firsts = Scratch.Take(2 * columns), seconds = firsts + columns;
            new Span<float>(firsts, 2 * columns).Clear();
            int height = T.ReadsGradient && columns > 4 * w ? Rows : 16;
            nint ahead = Math.Max(height, Region.Page / step) * step;
            bool asks = T.ReadsGradient && !AreCached;
            for (int from = 0; from < rows; from += height)
            {
                int count = Math.Min(height, rows - from);
                float* block = x + from * step;
                nint toGradient = (nint)(G - x);
                int c = first;
                for (; c <= last - 2 * w; c += 2 * w)
                {
                    Channel<V> channel0 = Channel<V>.Load<S>(table + c, stride), channel1 = Channel<V>.Load<S>(table + c + w, stride);
                    V a0 = Start<S, V>(firsts + c), a1 = Start<S, V>(firsts + c + w);
                    V b0 = Start<S, V>(seconds + c), b1 = Start<S, V>(seconds + c + w);
                    float* value = block + c;
                    for (int n = 0; n < count; n++, value += step)
                    {
                        float* gradient = value + toGradient;
                        if (asks)
                        {
                            Region.Ahead(value, 2 * w, ahead);
                            Region.Ahead(gradient, 2 * w, ahead);
                        }

                        T.Add<S, V>(S.Load(value), T.ReadsGradient ? S.Load(gradient) : default, channel0, ref a0, ref b0);
                        T.Add<S, V>(S.Load(value + w), T.ReadsGradient ? S.Load(gradient + w) : default, channel1, ref a1, ref b1);
                    }

                    Keep<S, V>(firsts + c, a0);
                    Keep<S, V>(firsts + c + w, a1);
                    Keep<S, V>(seconds + c, b0);
                    Keep<S, V>(seconds + c + w, b1);
                }

                for (; c < last; c += w)
                {
                    var channel = Channel<V>.Load<S>(table + c, stride);
                    V a = Start<S, V>(firsts + c), b = Start<S, V>(seconds + c);
                    float* value = block + c;
                    for (int n = 0; n < count; n++, value += step)
                        T.Add<S, V>(S.Load(value), T.ReadsGradient ? S.Load(value + toGradient) : default, channel, ref a, ref b);
                    Keep<S, V>(firsts + c, a);
                    Keep<S, V>(seconds + c, b);
                }
            }

            ChannelTables.Widen(firsts + first, last - first, Sums + first);
            ChannelTables.Widen(seconds + first, last - first, Sums + Width + first);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static V Start<S, V>(float* sum)
            where S : struct, ISimd<V>
            where V : unmanaged => T.CentersItself ? S.Broadcast(0) : S.Load(sum);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void Keep<S, V>(float* sum, V value)
            where S : struct, ISimd<V>
            where V : unmanaged => S.Store(sum, T.CentersItself ? S.Add(S.Load(sum), value) : value);
    }

    // A few rows share a register's constants.
    struct MapColumns<M> : IColumns
        where M : struct, IChannelMap
    {
        public float* X, G, To, Table, More;
        public nint Step, Stride;
        public int Samples, Rows;
        public bool Away;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<S, V, L>(int first, int last, int done)
            where S : struct, ISimd<V>
            where V : unmanaged
            where L : struct, ILanes
        {
            float* x = X, table = Table, more = More;
            nint step = Step, stride = Stride, toGradient = (nint)(G - x), toResult = (nint)(To - x);
            int w = S.Width, samples = Samples;
            V mask = S.First(done);
            // Rows of whole registers: a line of the cache that is written in part must not go past it.
            bool away = Away && w > 1 && first == 0 && (nint)To % (w * sizeof(float)) == 0 && step % w == 0;
            int rows = Rows;
            nint ahead = Math.Max(rows, Region.Page / step) * step;
            for (int n = 0; n < samples; n += rows)
            {
                int count = Math.Min(rows, samples - n);
                float* row = x + n * step;
                for (int c = first; c < last; c += w)
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
                            L.Store<S, V>(value + toResult, mask, result);
                            continue;
                        }

                        Region.Ahead(value, w, ahead);
                        if (M.ReadsGradient)
                            Region.Ahead(value + toGradient, w, ahead);
                        S.StoreAway(value + toResult, result);
                    }
                }
            }
        }
    }
}
