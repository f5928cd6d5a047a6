using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Ballast.Kernels;

static unsafe partial class ColumnProducts
{
    // c[4, 4 registers] = or += sum over s of a[s, 4] b[s, 4 registers]. Where there are 16 registers and not 32, two rows at a time.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Tile<S, V>(float* a, float* b, float* c, nint stride, int count, bool add)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        if (S.Width == 16)
        {
            Tile<FourRows, S, V>(a, b, c, stride, count, add);
            return;
        }

        Tile<TwoRows, S, V>(a, b, c, stride, count, add);
        Tile<TwoRows, S, V>(a + 2, b, c + 2 * stride, stride, count, add);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Tile<R, S, V>(float* a, float* b, float* c, nint stride, int count, bool add)
        where R : struct, ITileRows
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        nint w = S.Width;
        float* c1 = c + stride, c2 = R.Count == 4 ? c1 + stride : c, c3 = R.Count == 4 ? c2 + stride : c1;
        V p0 = S.Broadcast(0), p1 = p0, p2 = p0, p3 = p0;
        V q0 = p0, q1 = p0, q2 = p0, q3 = p0;
        V r0 = p0, r1 = p0, r2 = p0, r3 = p0;
        V t0 = p0, t1 = p0, t2 = p0, t3 = p0;
        if (!add && Sse.IsSupported)
        {
            // The result is far away more often than not: it comes while the sums are made.
            for (nint i = 0; i < 4 * w; i += 16)
            {
                Sse.Prefetch0(c + i);
                Sse.Prefetch0(c1 + i);
                if (R.Count < 4)
                    continue;
                Sse.Prefetch0(c2 + i);
                Sse.Prefetch0(c3 + i);
            }
        }

        if (add)
        {
            (p0, p1, p2, p3) = (S.Load(c), S.Load(c + w), S.Load(c + 2 * w), S.Load(c + 3 * w));
            (q0, q1, q2, q3) = (S.Load(c1), S.Load(c1 + w), S.Load(c1 + 2 * w), S.Load(c1 + 3 * w));
        }

        if (add && R.Count == 4)
        {
            (r0, r1, r2, r3) = (S.Load(c2), S.Load(c2 + w), S.Load(c2 + 2 * w), S.Load(c2 + 3 * w));
            (t0, t1, t2, t3) = (S.Load(c3), S.Load(c3 + w), S.Load(c3 + 2 * w), S.Load(c3 + 3 * w));
        }

        for (int s = 0; s < count; s++, a += 4, b += 4 * w)
        {
            V b0 = S.Load(b), b1 = S.Load(b + w), b2 = S.Load(b + 2 * w), b3 = S.Load(b + 3 * w);
            V v = S.Broadcast(a[0]);
            p0 = S.Fma(v, b0, p0);
            p1 = S.Fma(v, b1, p1);
            p2 = S.Fma(v, b2, p2);
            p3 = S.Fma(v, b3, p3);
            v = S.Broadcast(a[1]);
            q0 = S.Fma(v, b0, q0);
            q1 = S.Fma(v, b1, q1);
            q2 = S.Fma(v, b2, q2);
            q3 = S.Fma(v, b3, q3);
            if (R.Count < 4)
                continue;
            v = S.Broadcast(a[2]);
            r0 = S.Fma(v, b0, r0);
            r1 = S.Fma(v, b1, r1);
            r2 = S.Fma(v, b2, r2);
            r3 = S.Fma(v, b3, r3);
            v = S.Broadcast(a[3]);
            t0 = S.Fma(v, b0, t0);
            t1 = S.Fma(v, b1, t1);
            t2 = S.Fma(v, b2, t2);
            t3 = S.Fma(v, b3, t3);
        }

        S.Store(c, p0);
        S.Store(c + w, p1);
        S.Store(c + 2 * w, p2);
        S.Store(c + 3 * w, p3);
        S.Store(c1, q0);
        S.Store(c1 + w, q1);
        S.Store(c1 + 2 * w, q2);
        S.Store(c1 + 3 * w, q3);
        if (R.Count < 4)
            return;
        S.Store(c2, r0);
        S.Store(c2 + w, r1);
        S.Store(c2 + 2 * w, r2);
        S.Store(c2 + 3 * w, r3);
        S.Store(c3, t0);
        S.Store(c3 + w, t1);
        S.Store(c3 + 2 * w, t2);
        S.Store(c3 + 3 * w, t3);
    }
}
