using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>The transforms of Winograd's F(4x4, 3x3) for one register of channels (Lavin &amp; Gray 2015): a 6 x 6 patch of the
/// input and the 3 x 3 kernel become 36 values each, whose products become 4 x 4 values of the result. Points 0, 1, -1, 2,
/// -2 and infinity.</summary>
static unsafe partial class WinogradTransforms
{
    /// <summary>B^T d, where the rows of B^T are (4 0 -5 0 1 0), (0 -4 -4 1 1 0), (0 4 -4 -1 1 0), (0 -2 -1 2 1 0),
    /// (0 2 -1 -2 1 0), (0 4 0 -5 0 1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Patch<S, V>(
        V d0, V d1, V d2, V d3, V d4, V d5, out V t0, out V t1, out V t2, out V t3, out V t4, out V t5)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V four = S.Broadcast(4), minusFour = S.Broadcast(-4), minusFive = S.Broadcast(-5), two = S.Broadcast(2);
        t0 = S.Fma(four, d0, S.Fma(minusFive, d2, d4));
        V a = S.Fma(minusFour, d2, d4), b = S.Fma(minusFour, d1, d3);
        t1 = S.Add(a, b);
        t2 = S.Subtract(a, b);
        V c = S.Subtract(d4, d2), e = S.Multiply(two, S.Subtract(d3, d1));
        t3 = S.Add(c, e);
        t4 = S.Subtract(c, e);
        t5 = S.Fma(four, d1, S.Fma(minusFive, d3, d5));
    }

    /// <summary>Patches of the input: 36 registers for each tile and register of channels, a plane apart.</summary>
    /// <param name="image">The pixel at the patch's upper left corner, which need not exist.</param>
    /// <param name="pitch">From one row of pixels to the next.</param>
    /// <param name="channels">The channels of a pixel.</param>
    /// <param name="rows">The rows of the patch that lie inside the image, from and until.</param>
    /// <param name="columns">Its columns that do.</param>
    /// <param name="table">The channels' constants: [3, channels].</param>
    /// <param name="to">Where the first plane's values of this tile go.</param>
    /// <param name="plane">From one plane to the next.</param>
    /// <param name="work">Memory for 36 registers.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Patches<M, S, V>(
        float* image, nint pitch, int channels, (int From, int Until) rows, (int From, int Until) columns, float* table,
        float* to, nint plane, float* work)
        where M : struct, IPixelMap
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        bool inside = rows is (0, 6) && columns is (0, 6);
        V zero = S.Broadcast(0);
        int w = S.Width;
        for (int c = 0; c < channels; c += w, image += w, to += w)
        {
            Channel<V> channel = M.ReadsTable
                ? new(S.Load(table + c), S.Load(table + channels + c), S.Load(table + 2 * channels + c)) : default;
            float* row = image;
            for (int i = 0; i < 6; i++, row += pitch)
            {
                V d0 = zero, d1 = zero, d2 = zero, d3 = zero, d4 = zero, d5 = zero;
                if (inside)
                {
                    float* p = row;
                    d0 = M.Apply<S, V>(S.Load(p), channel);
                    d1 = M.Apply<S, V>(S.Load(p += channels), channel);
                    d2 = M.Apply<S, V>(S.Load(p += channels), channel);
                    d3 = M.Apply<S, V>(S.Load(p += channels), channel);
                    d4 = M.Apply<S, V>(S.Load(p += channels), channel);
                    d5 = M.Apply<S, V>(S.Load(p + channels), channel);
                }
                else if (i >= rows.From && i < rows.Until)
                {
                    float* p = row;
                    if (columns.From == 0)
                        d0 = M.Apply<S, V>(S.Load(p), channel);
                    p += channels;
                    if (columns.From <= 1 && columns.Until > 1)
                        d1 = M.Apply<S, V>(S.Load(p), channel);
                    p += channels;
                    if (columns.From <= 2 && columns.Until > 2)
                        d2 = M.Apply<S, V>(S.Load(p), channel);
                    p += channels;
                    if (columns.Until > 3)
                        d3 = M.Apply<S, V>(S.Load(p), channel);
                    p += channels;
                    if (columns.Until > 4)
                        d4 = M.Apply<S, V>(S.Load(p), channel);
                    p += channels;
                    if (columns.Until > 5)
                        d5 = M.Apply<S, V>(S.Load(p), channel);
                }

                Patch<S, V>(d0, d1, d2, d3, d4, d5, out V t0, out V t1, out V t2, out V t3, out V t4, out V t5);
                float* t = work + i * 6 * w;
                S.Store(t, t0);
                S.Store(t + w, t1);
                S.Store(t + 2 * w, t2);
                S.Store(t + 3 * w, t3);
                S.Store(t + 4 * w, t4);
                S.Store(t + 5 * w, t5);
            }

            for (int j = 0; j < 6; j++)
            {
                float* t = work + j * w;
                Patch<S, V>(
                    S.Load(t), S.Load(t + 6 * w), S.Load(t + 12 * w), S.Load(t + 18 * w), S.Load(t + 24 * w), S.Load(t + 30 * w),
                    out V t0, out V t1, out V t2, out V t3, out V t4, out V t5);
                float* v = to + j * plane;
                S.Store(v, t0);
                S.Store(v + 6 * plane, t1);
                S.Store(v + 12 * plane, t2);
                S.Store(v + 18 * plane, t3);
                S.Store(v + 24 * plane, t4);
                S.Store(v + 30 * plane, t5);
            }
        }
    }
}
