using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>The transforms of Winograd's F(4x4, 3x3) for one register of channels (Lavin &amp; Gray 2015): a 6 x 6 patch of the
/// input and the 3 x 3 kernel become 36 values each, whose products become 4 x 4 values of the result. Points 0, 1, -1, 2,
/// -2 and infinity.</summary>
static unsafe class WinogradTransforms
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

    /// <summary>A^T m, where the rows of A^T are (1 1 1 1 1 0), (0 1 -1 2 -2 0), (0 1 1 4 4 0), (0 1 -1 8 -8 1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Result<S, V>(V m0, V m1, V m2, V m3, V m4, V m5, out V y0, out V y1, out V y2, out V y3)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V sum12 = S.Add(m1, m2), difference12 = S.Subtract(m1, m2), sum34 = S.Add(m3, m4), difference34 = S.Subtract(m3, m4);
        y0 = S.Add(m0, S.Add(sum12, sum34));
        y1 = S.Fma(S.Broadcast(2), difference34, difference12);
        y2 = S.Fma(S.Broadcast(4), sum34, sum12);
        y3 = S.Fma(S.Broadcast(8), difference34, S.Add(difference12, m5));
    }

    /// <summary>A y, the same matrix the other way round.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Gradient<S, V>(V y0, V y1, V y2, V y3, out V t0, out V t1, out V t2, out V t3, out V t4, out V t5)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V even = S.Add(y0, y2), odd = S.Add(y1, y3);
        V evenFar = S.Fma(S.Broadcast(4), y2, y0), oddFar = S.Multiply(S.Broadcast(2), S.Fma(S.Broadcast(4), y3, y1));
        t0 = y0;
        t1 = S.Add(even, odd);
        t2 = S.Subtract(even, odd);
        t3 = S.Add(evenFar, oddFar);
        t4 = S.Subtract(evenFar, oddFar);
        t5 = y3;
    }

    /// <summary>Patches of the input: 36 registers for each tile and register of channels, a plane apart.</summary>
    /// <param name="image">The pixel at the patch's upper left corner, which need not exist.</param>
    /// <param name="pitch">From one row of pixels to the next.</param>
    /// <param name="channels">The channels of a pixel.</param>
    /// <param name="first">The first channel to take.</param>
    /// <param name="rows">The rows of the patch that lie inside the image, from and until.</param>
    /// <param name="columns">Its columns that do.</param>
    /// <param name="table">The channels' constants: [3, channels].</param>
    /// <param name="to">Where the first plane's values of this tile go.</param>
    /// <param name="plane">From one plane to the next.</param>
    /// <param name="work">Memory for 36 registers.</param>
    /// <returns>The channel that comes next: what is left fills no register.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Patches<M, S, V>(
        float* image, nint pitch, int channels, int first, (int From, int Until) rows, (int From, int Until) columns, float* table,
        float* to, nint plane, float* work)
        where M : struct, IPixelMap
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        bool inside = rows is (0, 6) && columns is (0, 6);
        V zero = S.Broadcast(0);
        int w = S.Width;
        int c = first;
        image += c;
        to += c;
        for (; c <= channels - w; c += w, image += w, to += w)
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

        return c;
    }

    /// <summary>4 x 4 values of the result for one register of channels, from 36 a plane apart.</summary>
    /// <param name="from">The first plane's values.</param>
    /// <param name="plane">From one plane to the next.</param>
    /// <param name="bias">Added to every value.</param>
    /// <param name="to">The tile's upper left pixel.</param>
    /// <param name="pitch">From one row of pixels to the next.</param>
    /// <param name="step">From one pixel to the next.</param>
    /// <param name="rows">The tile's rows that lie inside the image.</param>
    /// <param name="columns">Its columns that do.</param>
    /// <param name="source">What the term reads beside each value, as far from the first as the value is.</param>
    /// <param name="channel">The channels' constants.</param>
    /// <param name="first">Takes the first sum of the term.</param>
    /// <param name="second">Takes the second.</param>
    /// <param name="work">Memory for 24 registers.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Results<T, S, V>(
        float* from, nint plane, V bias, float* to, nint pitch, nint step, int rows, int columns, float* source,
        in Channel<V> channel, ref V first, ref V second, float* work)
        where T : struct, IResultTerm
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        int w = S.Width;
        for (int j = 0; j < 6; j++, from += plane)
        {
            Result<S, V>(
                S.Load(from), S.Load(from + 6 * plane), S.Load(from + 12 * plane), S.Load(from + 18 * plane),
                S.Load(from + 24 * plane), S.Load(from + 30 * plane), out V y0, out V y1, out V y2, out V y3);
            float* t = work + j * w;
            S.Store(t, y0);
            S.Store(t + 6 * w, y1);
            S.Store(t + 12 * w, y2);
            S.Store(t + 18 * w, y3);
        }

        V a = first, b = second;
        for (int i = 0; i < Math.Min(4, rows); i++, work += 6 * w, to += pitch, source += pitch)
        {
            Result<S, V>(
                S.Load(work), S.Load(work + w), S.Load(work + 2 * w), S.Load(work + 3 * w), S.Load(work + 4 * w),
                S.Load(work + 5 * w), out V y0, out V y1, out V y2, out V y3);
            Put<T, S, V>(to, S.Add(y0, bias), source, channel, ref a, ref b);
            if (columns >= 4)
            {
                Put<T, S, V>(to + step, S.Add(y1, bias), source + step, channel, ref a, ref b);
                Put<T, S, V>(to + 2 * step, S.Add(y2, bias), source + 2 * step, channel, ref a, ref b);
                Put<T, S, V>(to + 3 * step, S.Add(y3, bias), source + 3 * step, channel, ref a, ref b);
                continue;
            }

            if (columns > 1)
                Put<T, S, V>(to + step, S.Add(y1, bias), source + step, channel, ref a, ref b);
            if (columns > 2)
                Put<T, S, V>(to + 2 * step, S.Add(y2, bias), source + 2 * step, channel, ref a, ref b);
        }

        first = a;
        second = b;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Put<T, S, V>(float* to, V value, float* source, in Channel<V> channel, ref V first, ref V second)
        where T : struct, IResultTerm
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        S.Store(to, value);
        T.Add<S, V>(value, source, channel, ref first, ref second);
    }

    /// <summary>The first of the 4 x 4 values of <see cref="Results"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static V FirstResult<S, V>(float* from, nint plane, V bias)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V sum = bias;
        for (int i = 0; i < 5; i++)
        {
            for (int j = 0; j < 5; j++)
                sum = S.Add(sum, S.Load(from + (i * 6 + j) * plane));
        }

        return sum;
    }

    /// <summary>A dy A^T for one register of channels: 36 values from the 4 x 4 of a tile's gradient, those outside the image
    /// being zero.</summary>
    /// <param name="dy">The tile's upper left pixel.</param>
    /// <param name="pitch">From one row of pixels to the next.</param>
    /// <param name="step">From one pixel to the next.</param>
    /// <param name="rows">The tile's rows that lie inside the image.</param>
    /// <param name="columns">Its columns that do.</param>
    /// <param name="to">Where the first plane's values go.</param>
    /// <param name="plane">From one plane to the next.</param>
    /// <param name="work">Memory for 24 registers.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gradients<S, V>(
        float* dy, nint pitch, nint step, int rows, int columns, float* to, nint plane, float* work)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        int w = S.Width;
        V zero = S.Broadcast(0);
        for (int i = 0; i < 4; i++, dy += pitch)
        {
            V y0 = zero, y1 = zero, y2 = zero, y3 = zero;
            if (i < rows)
            {
                y0 = S.Load(dy);
                if (columns > 1)
                    y1 = S.Load(dy + step);
                if (columns > 2)
                    y2 = S.Load(dy + 2 * step);
                if (columns > 3)
                    y3 = S.Load(dy + 3 * step);
            }

            Gradient<S, V>(y0, y1, y2, y3, out V t0, out V t1, out V t2, out V t3, out V t4, out V t5);
            float* t = work + i * 6 * w;
            S.Store(t, t0);
            S.Store(t + w, t1);
            S.Store(t + 2 * w, t2);
            S.Store(t + 3 * w, t3);
            S.Store(t + 4 * w, t4);
            S.Store(t + 5 * w, t5);
        }

        for (int j = 0; j < 6; j++, work += w, to += plane)
        {
            Gradient<S, V>(
                S.Load(work), S.Load(work + 6 * w), S.Load(work + 12 * w), S.Load(work + 18 * w),
                out V t0, out V t1, out V t2, out V t3, out V t4, out V t5);
            S.Store(to, t0);
            S.Store(to + 6 * plane, t1);
            S.Store(to + 12 * plane, t2);
            S.Store(to + 18 * plane, t3);
            S.Store(to + 24 * plane, t4);
            S.Store(to + 30 * plane, t5);
        }
    }

    /// <summary>G g G^T for one register of columns, where the rows of G are (1/4 0 0), (-1/6 -1/6 -1/6), (-1/6 1/6 -1/6),
    /// (1/24 1/12 1/6), (1/24 -1/12 1/6), (0 0 1).</summary>
    /// <param name="g">The kernel: nine registers.</param>
    /// <param name="to">Where the first plane's values go.</param>
    /// <param name="plane">From one plane to the next.</param>
    /// <param name="work">Memory for 18 registers.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Weights<S, V>(float* g, float* to, nint plane, float* work)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        int w = S.Width;
        for (int j = 0; j < 3; j++)
        {
            float* t = work + j * w;
            Weight<S, V>(S.Load(g + j * w), S.Load(g + (3 + j) * w), S.Load(g + (6 + j) * w), t, 3 * w);
        }

        for (int i = 0; i < 6; i++)
        {
            float* t = work + i * 3 * w;
            Weight<S, V>(S.Load(t), S.Load(t + w), S.Load(t + 2 * w), to + i * 6 * plane, plane);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Weight<S, V>(V g0, V g1, V g2, float* to, nint step)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V sixth = S.Broadcast(-1 / 6f), outer = S.Multiply(sixth, S.Add(g0, g2)), inner = S.Multiply(sixth, g1);
        V far = S.Fma(S.Broadcast(1 / 24f), g0, S.Multiply(S.Broadcast(1 / 6f), g2)), middle = S.Multiply(S.Broadcast(1 / 12f), g1);
        S.Store(to, S.Multiply(S.Broadcast(0.25f), g0));
        S.Store(to + step, S.Add(outer, inner));
        S.Store(to + 2 * step, S.Subtract(outer, inner));
        S.Store(to + 3 * step, S.Add(far, middle));
        S.Store(to + 4 * step, S.Subtract(far, middle));
        S.Store(to + 5 * step, g2);
    }

    /// <summary>G^T u G for one register of columns: the kernel's gradient from 36 values.</summary>
    /// <param name="from">The first plane's values.</param>
    /// <param name="plane">From one plane to the next.</param>
    /// <param name="to">The nine registers of the gradient.</param>
    /// <param name="step">From one of them to the next.</param>
    /// <param name="work">Memory for 18 registers.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WeightGradients<S, V>(float* from, nint plane, float* to, nint step, float* work)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        int w = S.Width;
        for (int j = 0; j < 6; j++)
            WeightGradient<S, V>(from + j * plane, 6 * plane, work + j * w, 6 * w);
        for (int i = 0; i < 3; i++)
            WeightGradient<S, V>(work + i * 6 * w, w, to + i * 3 * step, step);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void WeightGradient<S, V>(float* from, nint stepFrom, float* to, nint stepTo)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V u0 = S.Load(from), u1 = S.Load(from + stepFrom), u2 = S.Load(from + 2 * stepFrom), u3 = S.Load(from + 3 * stepFrom);
        V u4 = S.Load(from + 4 * stepFrom), u5 = S.Load(from + 5 * stepFrom);
        V sixth = S.Broadcast(-1 / 6f), near = S.Multiply(sixth, S.Add(u1, u2)), sum = S.Add(u3, u4);
        S.Store(to, S.Fma(S.Broadcast(0.25f), u0, S.Fma(S.Broadcast(1 / 24f), sum, near)));
        S.Store(to + stepTo, S.Fma(
            S.Broadcast(1 / 12f), S.Subtract(u3, u4), S.Multiply(sixth, S.Subtract(u1, u2))));
        S.Store(to + 2 * stepTo, S.Add(u5, S.Fma(S.Broadcast(1 / 6f), sum, near)));
    }
}
