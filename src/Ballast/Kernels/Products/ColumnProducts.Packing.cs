using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Ballast.Kernels;

static unsafe partial class ColumnProducts
{
    const int PrefetchRows = 16;

    partial struct Work<C>
    {
        // [quad][s][4]; past the last row the last one stands again and nobody takes its sums.
        readonly void PackA(float* packed, int first, int last)
        {
            int whole = Math.Min(last, Rows / 4);
            if (StrideI == 1)
                PackColumns(packed, first, whole);
            for (int quad = StrideI == 1 ? Math.Max(first, whole) : first; quad < last; quad++)
            {
                PackRows(A + (nint)quad * 4 * StrideI, packed + (nint)(quad - first) * 4 * Sums,
                    Math.Min(4, Rows - quad * 4));
            }
        }

        // Rows of a as they lie, one after the other: they may come from another core's cache, a line at a time.
        readonly void PackColumns(float* packed, int first, int last)
        {
            for (int s = 0; s < Sums; s++)
            {
                float* a = A + (nint)s * StrideS;
                float* to = packed + 4 * s;
                for (int quad = first; quad < last; quad++, to += 4 * (nint)Sums)
                    Vector128.Load(a + 4 * quad).Store(to);
            }
        }

        readonly void PackRows(float* a, float* packed, int valid)
        {
            nint i1 = valid > 1 ? StrideI : 0, i2 = valid > 2 ? 2 * StrideI : i1, i3 = valid > 3 ? 3 * StrideI : i2;
            int s = 0;
            for (; StrideS == 1 && s <= Sums - 4; s += 4)
            {
                var (r0, r1) = (Vector128.Load(a + s), Vector128.Load(a + i1 + s));
                var (r2, r3) = (Vector128.Load(a + i2 + s), Vector128.Load(a + i3 + s));
                // A 4 x 4 transpose: pairs of values first, then pairs of pairs.
                var (low01, high01) = Interleave(r0, r1);
                var (low23, high23) = Interleave(r2, r3);
                Pair(low01, low23, lower: true).Store(packed + 4 * s);
                Pair(low01, low23, lower: false).Store(packed + 4 * s + 4);
                Pair(high01, high23, lower: true).Store(packed + 4 * s + 8);
                Pair(high01, high23, lower: false).Store(packed + 4 * s + 12);
            }

            for (; s < Sums; s++)
            {
                float* from = a + (nint)s * StrideS;
                packed[4 * s] = from[0];
                packed[4 * s + 1] = from[i1];
                packed[4 * s + 2] = from[i2];
                packed[4 * s + 3] = from[i3];
            }
        }

        static (Vector128<float> Low, Vector128<float> High) Interleave(Vector128<float> a, Vector128<float> b) =>
            Sse.IsSupported
                ? (Sse.UnpackLow(a, b), Sse.UnpackHigh(a, b))
                : (Vector128.Create(a[0], b[0], a[1], b[1]), Vector128.Create(a[2], b[2], a[3], b[3]));

        static Vector128<float> Pair(Vector128<float> a, Vector128<float> b, bool lower) =>
            lower ? Vector128.Create(a.GetLower(), b.GetLower()) : Vector128.Create(a.GetUpper(), b.GetUpper());

        // [tile][s][4 registers], zero past the last column.
        readonly void PackB<S, V>(float* packed, int s, int count, int column, int length)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            int tile = 4 * S.Width;
            nint stride = (nint)tile * count;
            for (int i = 0; i < count; i++)
            {
                B.Prefetch(Math.Min(s + i + PrefetchRows, Sums - 1), column, length);
                B.CopyTiles<S, V>(s + i, column, length, packed + i * tile, stride);
            }
        }
    }
}
