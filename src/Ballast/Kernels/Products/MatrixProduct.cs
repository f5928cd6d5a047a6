using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>Large matrix products, y[m, n] = sum over k of a[m, k] b[k, n]: b is packed into panels, a is read as it lies. A
/// part is some rows of the result, whose rows of a stay in the second-level cache while all panels pass by.</summary>
static unsafe class MatrixProduct
{
    // The more rows a part has, the less often the panels pass by; its rows of a lie in the second-level cache meanwhile. Eight parts are
    // enough to share.
    const int LeastRows = 64, MostRows = 256, WantedParts = 8;

    /// <summary>From this many multiply-adds on, packing pays.</summary>
    public const long Worthwhile = 1 << 18;

    /// <summary>y = a b, or a b and a row added to each row.</summary>
    /// <param name="a">a[m, k] is at m * strideM + k.</param>
    /// <param name="strideM">From one row of a to the next.</param>
    /// <param name="b">b[k, n] is at k * strideK + n * strideN.</param>
    /// <param name="strideK">From one row of b to the next.</param>
    /// <param name="strideN">From one column of b to the next.</param>
    /// <param name="y">[rows, columns].</param>
    /// <param name="rows">How many rows a and y have.</param>
    /// <param name="depth">How many columns a has.</param>
    /// <param name="columns">How many columns b and y have.</param>
    /// <param name="bias">[columns]: the row; null for none.</param>
    public static void Compute(
        float* a, nint strideM, float* b, nint strideK, nint strideN, float* y, int rows, int depth, int columns, float* bias = null)
    {
        float* panels = Scratch.TakeShared(PackedPanels.Length(depth, columns));
        PackedPanels.Pack(b, [0], 1, depth, strideK, columns, strideN, panels);
        int partRows = Math.Clamp(
            Math.Min(rows / WantedParts, Caches.Rows(depth, 2)) / Panels.Rows * Panels.Rows, LeastRows, MostRows);
        Workers.Run(
            new Work
            {
                A = a,
                StrideM = strideM,
                Panels = panels,
                Y = y,
                RowCount = rows,
                PartRows = partRows,
                Depth = depth,
                Columns = columns,
                Bias = bias,
            },
            (rows + partRows - 1) / partRows);
    }

    struct Work : IWork, IWideWork
    {
        public static int Pieces => 4;

        public float* A, Panels, Y, Bias;
        public nint StrideM;
        public int RowCount, PartRows, Depth, Columns;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            float** from = stackalloc float*[MostRows];
            float** to = stackalloc float*[MostRows];
            for (int part = first; part < last; part++)
            {
                int start = part * PartRows, count = Math.Min(PartRows, RowCount - start);
                for (int i = 0; i < count; i++)
                {
                    from[i] = A + (start + i) * StrideM;
                    to[i] = Y + (nint)(start + i) * Columns;
                }

                PointedRows.Multiply<S, V>(from, to, count, Panels, Depth, Columns, Bias);
            }
        }
    }
}
