using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ballast.Kernels;

static unsafe partial class RowProducts
{
    // The sums of two, five or six rows of x with four rows of w.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Tile<R, S, V>(
        float* x, nint stride, float* w0, float* w1, float* w2, float* w3, int length, Vector128<float>* sums)
        where R : struct, ITileRows
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        float* x1 = x + stride, x2 = x1 + stride, x3 = x2 + stride, x4 = x3 + stride, x5 = x4 + stride;
        V a0 = S.Broadcast(0), a1 = a0, a2 = a0, a3 = a0;
        V b0 = a0, b1 = a0, b2 = a0, b3 = a0;
        V c0 = a0, c1 = a0, c2 = a0, c3 = a0;
        V d0 = a0, d1 = a0, d2 = a0, d3 = a0;
        V e0 = a0, e1 = a0, e2 = a0, e3 = a0;
        V f0 = a0, f1 = a0, f2 = a0, f3 = a0;
        nint k = 0;
        for (; k <= length - S.Width; k += S.Width)
        {
            V p0 = S.Load(w0 + k), p1 = S.Load(w1 + k), p2 = S.Load(w2 + k), p3 = S.Load(w3 + k);
            V v = S.Load(x + k);
            a0 = S.Fma(v, p0, a0);
            a1 = S.Fma(v, p1, a1);
            a2 = S.Fma(v, p2, a2);
            a3 = S.Fma(v, p3, a3);
            v = S.Load(x1 + k);
            b0 = S.Fma(v, p0, b0);
            b1 = S.Fma(v, p1, b1);
            b2 = S.Fma(v, p2, b2);
            b3 = S.Fma(v, p3, b3);
            if (R.Count == 2)
                continue;
            v = S.Load(x2 + k);
            c0 = S.Fma(v, p0, c0);
            c1 = S.Fma(v, p1, c1);
            c2 = S.Fma(v, p2, c2);
            c3 = S.Fma(v, p3, c3);
            v = S.Load(x3 + k);
            d0 = S.Fma(v, p0, d0);
            d1 = S.Fma(v, p1, d1);
            d2 = S.Fma(v, p2, d2);
            d3 = S.Fma(v, p3, d3);
            v = S.Load(x4 + k);
            e0 = S.Fma(v, p0, e0);
            e1 = S.Fma(v, p1, e1);
            e2 = S.Fma(v, p2, e2);
            e3 = S.Fma(v, p3, e3);
            if (R.Count == 5)
                continue;
            v = S.Load(x5 + k);
            f0 = S.Fma(v, p0, f0);
            f1 = S.Fma(v, p1, f1);
            f2 = S.Fma(v, p2, f2);
            f3 = S.Fma(v, p3, f3);
        }

        sums[0] = S.Sum(a0, a1, a2, a3);
        sums[1] = S.Sum(b0, b1, b2, b3);
        if (R.Count > 2)
            sums[2] = S.Sum(c0, c1, c2, c3);
        if (R.Count > 3)
            sums[3] = S.Sum(d0, d1, d2, d3);
        if (R.Count > 4)
            sums[4] = S.Sum(e0, e1, e2, e3);
        if (R.Count > 5)
            sums[5] = S.Sum(f0, f1, f2, f3);
        for (; k < length; k++)
        {
            var p = Vector128.Create(w0[k], w1[k], w2[k], w3[k]);
            for (int row = 0; row < R.Count; row++)
                sums[row] += p * x[row * stride + k];
        }
    }

    // The sums of three rows of x with four rows of w: twelve sums, the three values of x and one of w fill 16 registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Three<S, V>(float* x, nint stride, float* w0, float* w1, float* w2, float* w3, int length, Vector128<float>* sums)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        float* x1 = x + stride, x2 = x1 + stride;
        V a0 = S.Broadcast(0), a1 = a0, a2 = a0, a3 = a0;
        V b0 = a0, b1 = a0, b2 = a0, b3 = a0;
        V c0 = a0, c1 = a0, c2 = a0, c3 = a0;
        nint k = 0;
        for (; k <= length - S.Width; k += S.Width)
        {
            V v0 = S.Load(x + k), v1 = S.Load(x1 + k), v2 = S.Load(x2 + k), p = S.Load(w0 + k);
            a0 = S.Fma(v0, p, a0);
            b0 = S.Fma(v1, p, b0);
            c0 = S.Fma(v2, p, c0);
            p = S.Load(w1 + k);
            a1 = S.Fma(v0, p, a1);
            b1 = S.Fma(v1, p, b1);
            c1 = S.Fma(v2, p, c1);
            p = S.Load(w2 + k);
            a2 = S.Fma(v0, p, a2);
            b2 = S.Fma(v1, p, b2);
            c2 = S.Fma(v2, p, c2);
            p = S.Load(w3 + k);
            a3 = S.Fma(v0, p, a3);
            b3 = S.Fma(v1, p, b3);
            c3 = S.Fma(v2, p, c3);
        }

        sums[0] = S.Sum(a0, a1, a2, a3);
        sums[1] = S.Sum(b0, b1, b2, b3);
        sums[2] = S.Sum(c0, c1, c2, c3);
        for (; k < length; k++)
        {
            var q = Vector128.Create(w0[k], w1[k], w2[k], w3[k]);
            sums[0] += q * x[k];
            sums[1] += q * x1[k];
            sums[2] += q * x2[k];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void One<S, V>(float* x, float* w0, float* w1, float* w2, float* w3, int length, Vector128<float>* sums)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V a0 = S.Broadcast(0), a1 = a0, a2 = a0, a3 = a0;
        nint k = 0;
        for (; k <= length - S.Width; k += S.Width)
        {
            V v = S.Load(x + k);
            a0 = S.Fma(v, S.Load(w0 + k), a0);
            a1 = S.Fma(v, S.Load(w1 + k), a1);
            a2 = S.Fma(v, S.Load(w2 + k), a2);
            a3 = S.Fma(v, S.Load(w3 + k), a3);
        }

        var sum = S.Sum(a0, a1, a2, a3);
        for (; k < length; k++)
            sum += Vector128.Create(w0[k], w1[k], w2[k], w3[k]) * x[k];
        *sums = sum;
    }
}
