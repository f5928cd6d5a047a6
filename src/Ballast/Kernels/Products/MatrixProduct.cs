using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>Large matrix products, y[m, n] = sum over k of a[m, k] b[k, n]: b is packed into panels, a is read as it lies. A
/// part is some rows of the result, whose rows of a stay in the second-level cache while all panels pass by; or, where the rows are few, some
/// of its columns, whose panels are made by the thread that multiplies with them.</summary>
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
        int partRows = Math.Clamp(
            Math.Min(rows / WantedParts, Caches.Rows(depth, 2)) / Panels.Rows * Panels.Rows, LeastRows, MostRows);
        int parts = (rows + partRows - 1) / partRows, width = 2 * Panels.Lanes, panelCount = (columns + width - 1) / width;
        Operands x = new() { A = a, StrideM = strideM, Y = y, Depth = depth, Columns = columns, Bias = bias };
        if (rows <= MostRows && parts < panelCount)
        {
            Workers.Run(new ByColumns { X = x, B = b, StrideK = strideK, StrideN = strideN, Rows = rows }, panelCount);
            return;
        }

        float* panels = Scratch.TakeShared(PackedPanels.Length(depth, columns));
        PackedPanels.Pack(b, [0], 1, depth, strideK, columns, strideN, panels);
        Workers.Run(new ByRows { X = x, Panels = panels, Rows = rows, PartRows = partRows }, parts);
    }

    struct Operands
    {
        public float* A, Y, Bias;
        public nint StrideM;
        public int Depth, Columns;

        // Some rows of a with the panels of some columns.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Multiply<S, V>(int row, int rows, float* panels, int column, int columns)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            float** from = stackalloc float*[MostRows];
            float** to = stackalloc float*[MostRows];
            for (int i = 0; i < rows; i++)
            {
                from[i] = A + (row + i) * StrideM;
                to[i] = Y + (nint)(row + i) * Columns + column;
            }

            PointedRows.Multiply<S, V>(from, to, rows, panels, Depth, columns, Bias is null ? null : Bias + column);
        }
    }

    struct ByRows : IWork, IWideWork
    {
        public static int Pieces => 4;

        public Operands X;
        public float* Panels;
        public int Rows, PartRows;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            for (int row = first * PartRows; row < Math.Min(last * PartRows, Rows); row += PartRows)
                X.Multiply<S, V>(row, Math.Min(PartRows, Rows - row), Panels, 0, X.Columns);
        }
    }

    // Parts are panels, a few of which are packed and multiplied at a time, while they are in the second-level cache.
    struct ByColumns : IWork, IWideWork
    {
        public Operands X;
        public float* B;
        public nint StrideK, StrideN;
        public int Rows;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            int width = 2 * S.Width, end = Math.Min(last * width, X.Columns), most = Math.Max(1, Caches.Rows(X.Depth, 4) / width) * width;
            float* panels = Scratch.Take(PackedPanels.Length(X.Depth, Math.Min(most, end - first * width)));
            for (int column = first * width; column < end; column += most)
            {
                int count = Math.Min(most, end - column);
                PackedPanels.Pack(B + column * StrideN, [0], 1, X.Depth, StrideK, count, StrideN, panels);
                X.Multiply<S, V>(0, Rows, panels, column, count);
            }
        }
    }
}
