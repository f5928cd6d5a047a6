using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>Sums over an axis.</summary>
static unsafe class Reductions
{
    // A float sum of more rows than this would lose digits: longer columns are summed in pieces, added up in double.
    const int PieceRows = 256;

    // Columns that are summed side by side: a few lines of each row at once.
    const int Stripe = 64;

    /// <summary>sums[c] = the sum over n of x[n, c], for x [rows, columns].</summary>
    public static void SumRows(ReadOnlySpan<float> x, int rows, int columns, Span<float> sums)
    {
        sums.Clear();
        fixed (float* from = x, to = sums)
        {
            Workers.Run(
                new Work { X = from, Sums = to, Rows = rows, Columns = columns }, (columns + Stripe - 1) / Stripe, (long)rows * columns);
        }
    }

    struct Work : IWork
    {
        public float* X, Sums;
        public int Rows, Columns;

        public readonly void Run(int first, int last)
        {
            int start = first * Stripe, count = Math.Min(last * Stripe, Columns) - start;
            float* x = X + start, sums = Sums + start;
            if (Rows <= PieceRows)
            {
                Add(x, Rows, sums, count);
                return;
            }

            var totals = new Span<double>(Scratch.Take(2 * count), count);
            totals.Clear();
            for (int n = 0; n < Rows; n += PieceRows)
            {
                new Span<float>(sums, count).Clear();
                Add(x + (nint)n * Columns, Math.Min(PieceRows, Rows - n), sums, count);
                for (int c = 0; c < count; c++)
                    totals[c] += sums[c];
            }

            for (int c = 0; c < count; c++)
                sums[c] = (float)totals[c];
        }

        readonly void Add(float* x, int rows, float* sums, int count) =>
            Simd.Run(new AddLoop { X = x, Sums = sums, Rows = rows, Columns = Columns }, count);
    }

    struct AddLoop : ILoop
    {
        public float* X, Sums;
        public int Rows, Columns;

        public readonly int Run<S, V>(int start, int length)
            where S : struct, ISimd<V>
            where V : unmanaged => AddRows<S, V>(X, Rows, Columns, length, Sums, start);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static int AddRows<S, V>(float* x, int rows, int columns, int end, float* sums, int c)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        for (; c <= end - 4 * S.Width; c += 4 * S.Width)
        {
            V s0 = S.Load(sums + c), s1 = S.Load(sums + c + S.Width), s2 = S.Load(sums + c + 2 * S.Width), s3 = S.Load(sums + c + 3 * S.Width);
            float* row = x + c;
            for (int n = 0; n < rows; n++, row += columns)
            {
                s0 = S.Add(s0, S.Load(row));
                s1 = S.Add(s1, S.Load(row + S.Width));
                s2 = S.Add(s2, S.Load(row + 2 * S.Width));
                s3 = S.Add(s3, S.Load(row + 3 * S.Width));
            }

            S.Store(sums + c, s0);
            S.Store(sums + c + S.Width, s1);
            S.Store(sums + c + 2 * S.Width, s2);
            S.Store(sums + c + 3 * S.Width, s3);
        }

        for (; c <= end - S.Width; c += S.Width)
        {
            V sum = S.Load(sums + c);
            for (int n = 0; n < rows; n++)
                sum = S.Add(sum, S.Load(x + (nint)n * columns + c));
            S.Store(sums + c, sum);
        }

        return c;
    }
}
