using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>Turns each of several matrices over, as between [N, C, L] and [N, L, C].</summary>
static unsafe class Transposition
{
    const int Block = 16;

    /// <summary>to[n, j, i] = from[n, i, j].</summary>
    /// <param name="from">[count, rows, columns].</param>
    /// <param name="to">[count, columns, rows].</param>
    /// <param name="count">How many matrices there are.</param>
    /// <param name="rows">The rows of each of them.</param>
    /// <param name="columns">The columns of each of them.</param>
    public static void Compute(ReadOnlySpan<float> from, Span<float> to, int count, int rows, int columns)
    {
        fixed (float* source = from, destination = to)
        {
            var work = new Work { From = source, To = destination, Rows = rows, Columns = columns };
            int parts = count * work.BlockRows;
            Workers.Run(work, parts, to.Length);
        }
    }

    struct Work : IWork
    {
        public float* From, To;
        public int Rows, Columns;

        public readonly int BlockRows => (Rows + Block - 1) / Block;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int first, int last)
        {
            for (int part = first; part < last; part++)
            {
                nint matrix = (nint)(part / BlockRows) * Rows * Columns;
                int start = part % BlockRows * Block, end = Math.Min(start + Block, Rows);
                for (int left = 0; left < Columns; left += Block)
                {
                    int right = Math.Min(left + Block, Columns);
                    for (int j = left; j < right; j++)
                    {
                        float* to = To + matrix + (nint)j * Rows;
                        float* from = From + matrix + j;
                        for (int i = start; i < end; i++)
                            to[i] = from[(nint)i * Columns];
                    }
                }
            }
        }
    }
}
