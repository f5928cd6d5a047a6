using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ballast.Kernels;

static unsafe partial class ColumnProducts
{
    const int PrefetchRows = 16;

    partial struct Work<C>
    {
        // [quad][s][4] of count sums from one on; past the last row the last one stands again and nobody takes its sums.
        readonly void PackA(float* packed, int first, int last, int start, int count)
        {
            int whole = Math.Min(last, Rows / 4);
            float* a = A + (nint)start * StrideS;
            if (StrideI == 1)
                PackColumns(a, packed, first, whole, count);
            for (int quad = StrideI == 1 ? Math.Max(first, whole) : first; quad < last; quad++)
                PackRows(a + (nint)quad * 4 * StrideI, packed + (nint)(quad - first) * 4 * count, Math.Min(4, Rows - quad * 4), count);
        }

        // Rows of a as they lie. Four quads share its lines: of four rows, their values fill a line of each quad in the result.
        readonly void PackColumns(float* a, float* packed, int first, int last, int count)
        {
            nint stride = StrideS, length = 4 * (nint)count;
            int quad = first;
            for (; quad <= last - 4; quad += 4, packed += 4 * length)
                PackFour(a + 4 * quad, packed, length, count, ahead: quad + 8 <= last);
            for (; quad < last; quad++, packed += length)
            {
                float* from = a + 4 * quad;
                for (int s = 0; s < count; s++)
                    Vector128.Load(from + s * stride).Store(packed + 4 * s);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly void PackFour(float* from, float* to, nint length, int count, bool ahead)
        {
            const int line = 16;
            nint stride = StrideS;
            int s = 0;
            for (; s <= count - 4; s += 4, from += 4 * stride, to += line)
            {
                for (int row = 0; ahead && row < 4; row++)
                    Region.Ahead(from + row * stride, line, line);
                FourLines.Turn(from, stride, to, length);
            }

            for (; s < count; s++, from += stride, to += 4)
            {
                for (int quad = 0; quad < 4; quad++)
                    Vector128.Load(from + 4 * quad).Store(to + quad * length);
            }
        }

        readonly void PackRows(float* a, float* packed, int valid, int count)
        {
            nint i1 = valid > 1 ? StrideI : 0, i2 = valid > 2 ? 2 * StrideI : i1, i3 = valid > 3 ? 3 * StrideI : i2;
            int s = 0;
            for (; StrideS == 1 && s <= count - 4; s += 4)
                FourByFour.Turn(a + s, a + i1 + s, a + i2 + s, a + i3 + s, packed + 4 * s, 4);

            for (; s < count; s++)
            {
                float* from = a + (nint)s * StrideS;
                packed[4 * s] = from[0];
                packed[4 * s + 1] = from[i1];
                packed[4 * s + 2] = from[i2];
                packed[4 * s + 3] = from[i3];
            }
        }

        // [tile][s][4 registers], zero past the last column.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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
