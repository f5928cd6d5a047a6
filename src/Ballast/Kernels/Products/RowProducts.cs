using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ballast.Kernels;

/// <summary>Products of rows with rows: y[n, r] = sum over k of x[n, k] w[r, k], plus bias[r]: x times w transposed, which is
/// the forward pass of a linear layer.</summary>
/// <remarks>Both operands are read along k, as they lie. A tile of 5 rows of x by 4 rows of w keeps 20 sums in registers (9
/// loads for 20 multiply-adds); where there are 16 registers, one of 3 rows keeps 12. k is cut so that the x rows of a tile stay
/// in L1; with at most ten rows of x all of them do, and each row of w is read from memory once. A worker always has the same rows
/// of w, of which a quarter of L2 holds some while all rows of x pass by.</remarks>
static unsafe partial class RowProducts
{
    const int MaxTileRows = 6;
    const int FewRows = 10;
    const int ManyRows = 256;
    const int PartRows = 16;

    /// <summary>The scalar reference: the formula.</summary>
    public static void Reference(
        ReadOnlySpan<float> x, ReadOnlySpan<float> w, ReadOnlySpan<float> bias, Span<float> y, int rowsX, int rowsW, int k)
    {
        for (int n = 0; n < rowsX; n++)
        {
            for (int r = 0; r < rowsW; r++)
            {
                double sum = bias.IsEmpty ? 0 : bias[r];
                for (int i = 0; i < k; i++)
                    sum += (double)x[n * k + i] * w[r * k + i];
                y[n * rowsW + r] = (float)sum;
            }
        }
    }

    /// <summary>y[n, r] = sum over k of x[n, k] w[r, k] + bias[r].</summary>
    /// <param name="x">Rows of x.</param>
    /// <param name="w">[rowsW, k].</param>
    /// <param name="bias">[rowsW], or null for none.</param>
    /// <param name="y">[rowsX, rowsW].</param>
    /// <param name="rowsX">How many rows x has.</param>
    /// <param name="rowsW">How many rows w has.</param>
    /// <param name="k">The length of every row.</param>
    public static void Compute(RowPrologue x, float* w, float* bias, float* y, int rowsX, int rowsW, int k)
    {
        var work = new Work { X = x, W = w, Bias = bias, Y = y, RowsX = rowsX, RowsW = rowsW, K = k };
        Workers.Run(work, work.Parts, (long)rowsX * rowsW * k, SharedFrom.Products);
    }

    struct Work : IWork, IWideWork
    {
        public RowPrologue X;
        public float* W, Bias, Y;
        public int RowsX, RowsW, K;

        // Few rows of x: each worker keeps its rows of w. Many: each has rows of x, and so of everything computed from them.
        readonly bool ByRowsX => RowsX >= ManyRows;

        readonly int Quads => (RowsW + 3) / 4;

        public readonly int Parts => ByRowsX ? (RowsX + PartRows - 1) / PartRows : Quads;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            var (firstX, lastX) = ByRowsX ? (first * PartRows, Math.Min(last * PartRows, RowsX)) : (0, RowsX);
            var (firstQuad, lastQuad) = ByRowsX ? (0, Quads) : (first, last);
            bool few = RowsX <= FewRows;
            int block = Math.Clamp(K, 1, few ? 512 : 1024);
            int tile = few ? RowsX : MaxTileRows;
            int stride = (block + 15) / 16 * 16 + 16; // rows a power of two apart would share their cache sets
            float* rows = X.AreFloats ? null : Scratch.Take(tile * stride);
            for (int start = 0; start == 0 || start < K; start += block)
            {
                int length = Math.Min(block, K - start);
                // Images would be made floats of again for each stretch of w.
                int kept = X.AreFloats && !few ? Math.Max(4, Caches.Rows(4 * length, 4)) : lastQuad - firstQuad;
                for (int quad = firstQuad; quad < lastQuad; quad += kept)
                    Stretch<S, V>(rows, stride, tile, firstX, lastX, quad, Math.Min(quad + kept, lastQuad), start, length);
            }
        }

        // Some rows of w with all rows of x of a block.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly void Stretch<S, V>(
            float* rows, int stride, int tile, int firstX, int lastX, int firstQuad, int lastQuad, int start, int length)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            for (int n = firstX; n < lastX; n += tile)
            {
                int count = Math.Min(tile, lastX - n);
                float* x = rows;
                if (X.AreFloats)
                {
                    x = X.Row(n) + start;
                    stride = X.Stride;
                }
                else
                {
                    for (int i = 0; i < count; i++)
                        X.Copy(n + i, start, length, rows + i * stride);
                    PrefetchNext(n + tile, tile, firstX, lastX, start, length);
                }

                for (int quad = firstQuad; quad < lastQuad; quad++)
                    Quad<S, V>(x, stride, n, count, quad * 4, start, length);
            }
        }

        // While this tile is multiplied, the next one's images come from memory.
        readonly void PrefetchNext(int n, int tile, int firstX, int lastX, int start, int length)
        {
            if (n >= lastX)
            {
                n = firstX;
                start += length;
                length = Math.Min(length, K - start);
            }

            for (int i = n; length > 0 && i < Math.Min(n + tile, lastX); i++)
                X.Prefetch(i, start, length);
        }

        // All x rows of a block with four rows of w.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly void Quad<S, V>(float* x, int stride, int n, int count, int r, int start, int length)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            float* w = W + (nint)r * K + start;
            nint next = K;
            int valid = Math.Min(4, RowsW - r);
            // Past the last row of w the last one is read again and its sums are dropped.
            nint w1 = valid > 1 ? next : 0, w2 = valid > 2 ? 2 * next : w1, w3 = valid > 3 ? 3 * next : w2;
            Vector128<float>* sums = stackalloc Vector128<float>[MaxTileRows];
            int i = 0;
            while (i < count)
            {
                float* rows = x + (nint)i * stride;
                int taken = TileRows<S, V>(count - i, count);
                if (taken == 6)
                    Tile<SixRows, S, V>(rows, stride, w, w + w1, w + w2, w + w3, length, sums);
                else if (taken == 5)
                    Tile<FiveRows, S, V>(rows, stride, w, w + w1, w + w2, w + w3, length, sums);
                else if (taken == 3)
                    Three<S, V>(rows, stride, w, w + w1, w + w2, w + w3, length, sums);
                else if (taken == 2)
                    Tile<TwoRows, S, V>(rows, stride, w, w + w1, w + w2, w + w3, length, sums);
                else
                    One<S, V>(rows, w, w + w1, w + w2, w + w3, length, sums);
                for (int row = 0; row < taken; row++)
                    Add(Y + (nint)(n + i + row) * RowsW + r, sums[row], r, valid, start == 0);
                i += taken;
            }
        }

        // How many rows the next tile takes: as many as have their sums in registers, of which there are 32 of sixteen floats, 16 of fewer.
        static int TileRows<S, V>(int left, int count)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            if (S.Width == 16 && left >= 5)
                return left >= 6 && count != FewRows ? 6 : 5;
            return left == 3 || left > 4 ? 3 : Math.Min(left, 2);
        }

        readonly void Add(float* y, Vector128<float> sums, int r, int valid, bool begin)
        {
            if (valid == 4)
            {
                var before = !begin ? Vector128.Load(y)
                    : Bias is null ? Vector128<float>.Zero : Vector128.Load(Bias + r);
                (before + sums).Store(y);
                return;
            }

            for (int i = 0; i < valid; i++)
                y[i] = (!begin ? y[i] : Bias is null ? 0 : Bias[r + i]) + sums[i];
        }
    }
}
