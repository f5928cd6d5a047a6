using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>Normalization of each value by its neighbours among the channels of the same position: y = x d^-beta with
/// d = k + alpha / size times the sum of x^2 over <c>size</c> channels. A register holds neighbouring positions.</summary>
/// <param name="Size">How many channels a window has: size / 2 before its own, (size - 1) / 2 behind, as many as there are.
/// </param>
/// <param name="Alpha">The factor of the mean of the squares.</param>
/// <param name="Beta">The exponent.</param>
/// <param name="K">Added to the mean.</param>
readonly record struct ResponseNormalization(int Size, float Alpha, float Beta, float K)
{
    // Positions that a part covers: a multiple of every register's width.
    const int PartPositions = 256;

    /// <summary>The results for x of [N, C, L].</summary>
    public unsafe void Forward(ReadOnlySpan<float> x, ChannelLayout layout, Span<float> y)
    {
        fixed (float* from = x, to = y)
            Run(new Work { Rule = this, X = from, To = to, Layout = layout });
    }

    /// <summary>dx_i = g_i d_i^-beta - 2 alpha beta / size x_i times the sum of g_j x_j d_j^(-beta - 1) over the windows j that
    /// i is in; dx may be where the gradient is.</summary>
    public unsafe void Backward(ReadOnlySpan<float> x, ReadOnlySpan<float> gradient, ChannelLayout layout, Span<float> dx)
    {
        fixed (float* from = x, g = gradient, to = dx)
            Run(new Work { Rule = this, X = from, G = g, To = to, Layout = layout });
    }

    static void Run(in Work work)
    {
        var layout = work.Layout;
        int parts = layout.N * Work.PartsOfSample(layout);
        Workers.Run(work, parts, layout.Length, SharedFrom.Function);
    }

    unsafe struct Work : IWork, IWideWork
    {
        public ResponseNormalization Rule;
        public float* X, G, To;
        public ChannelLayout Layout;

        public static int PartsOfSample(ChannelLayout layout) => (layout.L + PartPositions - 1) / PartPositions;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            int parts = PartsOfSample(Layout);
            for (int part = first; part < last; part++)
            {
                nint sample = (nint)(part / parts) * Layout.C * Layout.L;
                int start = part % parts * PartPositions, end = Math.Min(Layout.L, start + PartPositions);
                int done = Positions<S, V>(sample, start, end);
                if (done < end)
                    Positions<SimdScalar, float>(sample, done, end);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly int Positions<S, V>(nint sample, int i, int end)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            for (; i <= end - S.Width; i += S.Width)
            {
                nint at = sample + i;
                if (G is null)
                    Rule.Forward<S, V>(X + at, Layout, To + at);
                else
                    Rule.Backward<S, V>(X + at, G + at, Layout, To + at);
            }

            return i;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    unsafe void Forward<S, V>(float* x, ChannelLayout layout, float* y)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        for (int c = 0; c < layout.C; c++)
        {
            V power = Power<S, V>(Divisor<S, V>(x, layout, c));
            S.Store(y + (nint)c * layout.L, S.Multiply(S.Load(x + (nint)c * layout.L), power));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    unsafe void Backward<S, V>(float* x, float* g, ChannelLayout layout, float* dx)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        // g_j x_j d_j^(-beta - 1) of all channels, then d_j^-beta.
        float* terms = Scratch.Take(2 * layout.C * S.Width), powers = terms + layout.C * S.Width;
        for (int c = 0; c < layout.C; c++)
        {
            nint at = (nint)c * layout.L;
            V divisor = Divisor<S, V>(x, layout, c), power = Power<S, V>(divisor);
            S.Store(powers + c * S.Width, power);
            S.Store(terms + c * S.Width, S.Divide(S.Multiply(S.Multiply(S.Load(g + at), S.Load(x + at)), power), divisor));
        }

        V factor = S.Broadcast(-2 * Alpha * Beta / Size);
        for (int c = 0; c < layout.C; c++)
        {
            V sum = S.Broadcast(0);
            int last = Math.Min(layout.C - 1, c + Size / 2);
            for (int j = Math.Max(0, c - (Size - 1) / 2); j <= last; j++)
                sum = S.Add(sum, S.Load(terms + j * S.Width));
            nint at = (nint)c * layout.L;
            V own = S.Multiply(S.Load(g + at), S.Load(powers + c * S.Width));
            S.Store(dx + at, S.Fma(S.Multiply(factor, S.Load(x + at)), sum, own));
        }
    }

    // d at one channel.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    unsafe V Divisor<S, V>(float* x, ChannelLayout layout, int channel)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V sum = S.Broadcast(0);
        int last = Math.Min(layout.C - 1, channel + (Size - 1) / 2);
        for (int j = Math.Max(0, channel - Size / 2); j <= last; j++)
        {
            V value = S.Load(x + (nint)j * layout.L);
            sum = S.Fma(value, value, sum);
        }

        return S.Fma(sum, S.Broadcast(Alpha / Size), S.Broadcast(K));
    }

    // d^-beta.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    V Power<S, V>(V divisor)
        where S : struct, ISimd<V>
        where V : unmanaged => S.Exp(S.Multiply(S.Broadcast(-Beta), S.Log(divisor)));
}
