using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>Products of rows, wherever they and their results lie, with an operand packed as <see cref="PackedPanels"/>.</summary>
static unsafe class PointedRows
{
    // So many values of a panel stay in the first-level cache while all rows pass by.
    const int BlockValues = 1 << 13;
    const int CopiedColumns = 128;

    /// <summary>to[r][n] = the sum over k of from[r][k] b[k, n], and a row added to each: one panel after the other passes by all rows.</summary>
    /// <param name="from">The rows, with room for whole tiles of <see cref="Panels.Rows"/>.</param>
    /// <param name="to">The rows of the result, of <paramref name="columns"/> values.</param>
    /// <param name="count">How many rows there are.</param>
    /// <param name="panels">b.</param>
    /// <param name="depth">The length of a row.</param>
    /// <param name="columns">How many columns b has.</param>
    /// <param name="bias">[columns]: the row; null for none.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<S, V>(float** from, float** to, int count, float* panels, int depth, int columns, float* bias = null)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        const int tile = Panels.Rows;
        float** edges = stackalloc float*[tile];
        float* edge = stackalloc float[tile * Panels.MaxWidth], filled = stackalloc float[Panels.MaxWidth];
        int widest = Panels.Width<S, V>(columns), block = BlockValues / widest;
        bool copies = depth > block && columns >= CopiedColumns;
        float** rows = stackalloc float*[count + tile];
        float* copied = copies ? Scratch.Take(count * block) : null;
        for (int start = 0; start == 0 || start < depth; start += block)
        {
            int length = Math.Min(block, depth - start);
            for (int i = 0; i < count; i++)
            {
                rows[i] = from[i] + start;
                if (!copies)
                    continue;
                new ReadOnlySpan<float>(rows[i], length).CopyTo(new Span<float>(copied + i * block, length));
                rows[i] = copied + i * block;
            }

            for (int i = count; i % tile != 0; i++)
                rows[i] = rows[count - 1];
            int width;
            for (int n = 0; n < columns; n += width)
            {
                width = Panels.Width<S, V>(columns - n);
                float* panel = panels + (nint)n * depth + (nint)width * start, begin = bias is null ? null : bias + n;
                int valid = Math.Min(width, columns - n);
                if (begin is not null && valid < width)
                {
                    new ReadOnlySpan<float>(begin, valid).CopyTo(new Span<float>(filled, valid));
                    begin = filled;
                }

                for (int r = 0; r < tile; r++)
                    edges[r] = edge + r * width;
                nint offset = 0;
                for (int i = 0; i < count; i += tile)
                {
                    if (valid == width && i + tile <= count)
                    {
                        Panels.Multiply<S, V>(rows + i, &offset, 1, length, panel, width, to + i, n, begin, add: start > 0);
                        continue;
                    }

                    int taken = Math.Min(tile, count - i);
                    for (int r = 0; start > 0 && r < taken; r++)
                        new ReadOnlySpan<float>(to[i + r] + n, valid).CopyTo(new Span<float>(edges[r], valid));
                    Panels.Multiply<S, V>(rows + i, &offset, 1, length, panel, width, edges, 0, begin, add: start > 0);
                    for (int r = 0; r < taken; r++)
                        new ReadOnlySpan<float>(edges[r], valid).CopyTo(new Span<float>(to[i + r] + n, valid));
                }
            }
        }
    }
}
