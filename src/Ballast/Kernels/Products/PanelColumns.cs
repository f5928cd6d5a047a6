using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>Products that sum over pixels: eight columns of one operand, wherever they lie, with one or two registers of columns
/// of another. The gradient of a convolution's weight is made of them.</summary>
static unsafe class PanelColumns
{
    /// <summary>to[r][c] += the sum over pixels of a[pixel + offsets[r]] b[pixel + c].</summary>
    /// <param name="a">The first operand.</param>
    /// <param name="offsets">Where each of the eight columns lies.</param>
    /// <param name="b">The second operand.</param>
    /// <param name="pixels">Where the pixels lie in both.</param>
    /// <param name="width">One register or two.</param>
    /// <param name="to">[8, width].</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Multiply<S, V>(float* a, nint* offsets, float* b, in PairedPixels pixels, int width, float* to)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        if (width == S.Width)
        {
            EightByOne<S, V>(a, offsets, b, pixels, to);
        }
        else if (S.Width == 16)
        {
            ByTwo<EightRows, S, V>(a, offsets, b, pixels, to);
        }
        else
        {
            ByTwo<FourRows, S, V>(a, offsets, b, pixels, to);
            ByTwo<FourRows, S, V>(a, offsets + 4, b, pixels, to + 4 * width);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void ByTwo<R, S, V>(float* a, nint* offsets, float* b, in PairedPixels pixels, float* to)
        where R : struct, ITileRows
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        int w = S.Width, rows = pixels.Rows, columns = pixels.Columns;
        var (stepA, rowA, stepB, rowB) = (pixels.StepA, pixels.RowA, pixels.StepB, pixels.RowB);
        nint o0 = offsets[0], o1 = offsets[1], o2 = offsets[2], o3 = offsets[3], o4 = 0, o5 = 0, o6 = 0, o7 = 0;
        V a0 = S.Load(to), a1 = S.Load(to + w), b0 = S.Load(to + 2 * w), b1 = S.Load(to + 3 * w);
        V c0 = S.Load(to + 4 * w), c1 = S.Load(to + 5 * w), d0 = S.Load(to + 6 * w), d1 = S.Load(to + 7 * w);
        V e0 = a0, e1 = a0, f0 = a0, f1 = a0, g0 = a0, g1 = a0, h0 = a0, h1 = a0;
        if (R.Count == 8)
        {
            (o4, o5, o6, o7) = (offsets[4], offsets[5], offsets[6], offsets[7]);
            (e0, e1, f0, f1) = (S.Load(to + 8 * w), S.Load(to + 9 * w), S.Load(to + 10 * w), S.Load(to + 11 * w));
            (g0, g1, h0, h1) = (S.Load(to + 12 * w), S.Load(to + 13 * w), S.Load(to + 14 * w), S.Load(to + 15 * w));
        }

        for (int image = 0; image < pixels.Images; image++, a += pixels.ImageA, b += pixels.ImageB)
        {
            float* rowOfA = a, rowOfB = b;
            for (int y = 0; y < rows; y++, rowOfA += rowA, rowOfB += rowB)
            {
                float* p = rowOfA, q = rowOfB;
                for (int x = 0; x < columns; x++, p += stepA, q += stepB)
                {
                    V q0 = S.Load(q), q1 = S.Load(q + w);
                    V v = S.Broadcast(p[o0]);
                    a0 = S.Fma(v, q0, a0);
                    a1 = S.Fma(v, q1, a1);
                    v = S.Broadcast(p[o1]);
                    b0 = S.Fma(v, q0, b0);
                    b1 = S.Fma(v, q1, b1);
                    v = S.Broadcast(p[o2]);
                    c0 = S.Fma(v, q0, c0);
                    c1 = S.Fma(v, q1, c1);
                    v = S.Broadcast(p[o3]);
                    d0 = S.Fma(v, q0, d0);
                    d1 = S.Fma(v, q1, d1);
                    if (R.Count < 8)
                        continue;
                    v = S.Broadcast(p[o4]);
                    e0 = S.Fma(v, q0, e0);
                    e1 = S.Fma(v, q1, e1);
                    v = S.Broadcast(p[o5]);
                    f0 = S.Fma(v, q0, f0);
                    f1 = S.Fma(v, q1, f1);
                    v = S.Broadcast(p[o6]);
                    g0 = S.Fma(v, q0, g0);
                    g1 = S.Fma(v, q1, g1);
                    v = S.Broadcast(p[o7]);
                    h0 = S.Fma(v, q0, h0);
                    h1 = S.Fma(v, q1, h1);
                }
            }
        }

        S.Store(to, a0);
        S.Store(to + w, a1);
        S.Store(to + 2 * w, b0);
        S.Store(to + 3 * w, b1);
        S.Store(to + 4 * w, c0);
        S.Store(to + 5 * w, c1);
        S.Store(to + 6 * w, d0);
        S.Store(to + 7 * w, d1);
        if (R.Count < 8)
            return;
        S.Store(to + 8 * w, e0);
        S.Store(to + 9 * w, e1);
        S.Store(to + 10 * w, f0);
        S.Store(to + 11 * w, f1);
        S.Store(to + 12 * w, g0);
        S.Store(to + 13 * w, g1);
        S.Store(to + 14 * w, h0);
        S.Store(to + 15 * w, h1);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void EightByOne<S, V>(float* a, nint* offsets, float* b, in PairedPixels pixels, float* to)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        int w = S.Width, rows = pixels.Rows, columns = pixels.Columns;
        var (stepA, rowA, stepB, rowB) = (pixels.StepA, pixels.RowA, pixels.StepB, pixels.RowB);
        nint o0 = offsets[0], o1 = offsets[1], o2 = offsets[2], o3 = offsets[3];
        nint o4 = offsets[4], o5 = offsets[5], o6 = offsets[6], o7 = offsets[7];
        V s0 = S.Load(to), s1 = S.Load(to + w), s2 = S.Load(to + 2 * w), s3 = S.Load(to + 3 * w);
        V s4 = S.Load(to + 4 * w), s5 = S.Load(to + 5 * w), s6 = S.Load(to + 6 * w), s7 = S.Load(to + 7 * w);
        for (int image = 0; image < pixels.Images; image++, a += pixels.ImageA, b += pixels.ImageB)
        {
            float* rowOfA = a, rowOfB = b;
            for (int y = 0; y < rows; y++, rowOfA += rowA, rowOfB += rowB)
            {
                float* p = rowOfA, q = rowOfB;
                for (int x = 0; x < columns; x++, p += stepA, q += stepB)
                {
                    V v = S.Load(q);
                    s0 = S.Fma(S.Broadcast(p[o0]), v, s0);
                    s1 = S.Fma(S.Broadcast(p[o1]), v, s1);
                    s2 = S.Fma(S.Broadcast(p[o2]), v, s2);
                    s3 = S.Fma(S.Broadcast(p[o3]), v, s3);
                    s4 = S.Fma(S.Broadcast(p[o4]), v, s4);
                    s5 = S.Fma(S.Broadcast(p[o5]), v, s5);
                    s6 = S.Fma(S.Broadcast(p[o6]), v, s6);
                    s7 = S.Fma(S.Broadcast(p[o7]), v, s7);
                }
            }
        }

        S.Store(to, s0);
        S.Store(to + w, s1);
        S.Store(to + 2 * w, s2);
        S.Store(to + 3 * w, s3);
        S.Store(to + 4 * w, s4);
        S.Store(to + 5 * w, s5);
        S.Store(to + 6 * w, s6);
        S.Store(to + 7 * w, s7);
    }
}
