using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>Sums over an axis.</summary>
static unsafe class Reductions
{
    // A float sum of more rows than this would lose digits: longer columns are summed in pieces, added up in double.
    const int PieceRows = 256;

    /// <summary>sums[c] = the sum over n of x[n, c], for x [rows, columns].</summary>
    public static void SumRows(ReadOnlySpan<float> x, int rows, int columns, Span<float> sums)
    {
        sums.Clear();
        fixed (float* from = x, to = sums)
        {
            if (rows <= PieceRows)
            {
                AddRows(from, rows, columns, to);
                return;
            }

            var totals = new Span<double>(Scratch.Take(2 * columns), columns);
            totals.Clear();
            for (int n = 0; n < rows; n += PieceRows)
            {
                sums.Clear();
                AddRows(from + (nint)n * columns, Math.Min(PieceRows, rows - n), columns, to);
                for (int c = 0; c < columns; c++)
                    totals[c] += to[c];
            }

            for (int c = 0; c < columns; c++)
                to[c] = (float)totals[c];
        }
    }

    static void AddRows(float* x, int rows, int columns, float* sums) =>
        Simd.Run(new AddLoop { X = x, Sums = sums, Rows = rows }, columns);

    struct AddLoop : ILoop
    {
        public float* X, Sums;
        public int Rows;

        public readonly int Run<S, V>(int start, int length)
            where S : struct, ISimd<V>
            where V : unmanaged => AddRows<S, V>(X, Rows, length, Sums, start);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static int AddRows<S, V>(float* x, int rows, int columns, float* sums, int c)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        for (; c <= columns - S.Width; c += S.Width)
        {
            V sum = S.Load(sums + c);
            for (int n = 0; n < rows; n++)
                sum = S.Add(sum, S.Load(x + (nint)n * columns + c));
            S.Store(sums + c, sum);
        }

        return c;
    }
}
