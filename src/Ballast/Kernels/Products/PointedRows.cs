using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>Products of rows, wherever they and their results lie, with an operand packed as <see cref="PackedPanels"/>.</summary>
static unsafe class PointedRows
{
    // So many values of a panel stay in the first-level cache while all rows pass by.
    const int BlockValues = 1 << 13;

    /// <summary>to[r][n] = the sum over k of from[r][k] b[k, n], and a row added to each: one panel after the other passes by all rows.</summary>
    /// <param name="from">The rows, with room for whole tiles of <see cref="Panels.Rows"/>.</param>
    /// <param name="to">The rows of the result, of <paramref name="columns"/> values.</param>
    /// <param name="count">How many rows there are.</param>
    /// <param name="panels">b.</param>
    /// <param name="depth">The length of a row.</param>
    /// <param name="columns">How many columns b has.</param>
    /// <param name="bias">[columns]: the row; null for none.</param>
    /// <param name="after">What is multiplied next and asked for meanwhile; null for none.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<S, V>(
        float** from, float** to, int count, float* panels, int depth, int columns, float* bias = null, float* after = null)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        const int tile = Panels.Rows;
        for (int i = count; i % tile != 0; i++)
            from[i] = from[count - 1];
        // Deep rows are taken section by section, as much of them as the second-level cache holds while all panels pass by.
        int block = BlockValues / Panels.Width<S, V>(columns), section = Math.Max(1, Caches.Rows(count, 2) / block) * block;
        for (int first = 0; first == 0 || first < depth; first += section)
        {
            int last = Math.Min(first + section, depth), width;
            for (int n = 0; n < columns; n += width)
            {
                width = Panels.Width<S, V>(columns - n);
                float* panel = panels + (nint)n * depth, begin = bias is null ? null : bias + n;
                for (int start = first; start == first || start < last; start += block)
                {
                    int length = Math.Min(block, last - start);
                    bool ends = start + length == last;
                    float* ahead = panel + (nint)width * (ends ? depth + first : start + length);
                    if (ends && n + width >= columns)
                        ahead = last < depth ? panels + (nint)width * last : after;
                    Multiply<S, V>(
                        from, to, count, panel + (nint)width * start, start, length, n, Math.Min(width, columns - n), begin,
                        ahead);
                }
            }
        }
    }

    // A block of a panel passes by all rows, while the next one is asked for.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Multiply<S, V>(
        float** from, float** to, int count, float* panel, nint start, int length, int n, int valid, float* bias, float* ahead)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        const int tile = Panels.Rows;
        float** edges = stackalloc float*[tile];
        float* edge = stackalloc float[tile * Panels.MaxWidth], filled = stackalloc float[Panels.MaxWidth];
        int width = Panels.Width<S, V>(valid);
        nint asked = 0, asks = ahead is null ? 0 : (nint)width * length;
        for (int r = 0; r < tile; r++)
            edges[r] = edge + r * width;
        if (bias is not null && valid < width)
        {
            new ReadOnlySpan<float>(bias, valid).CopyTo(new Span<float>(filled, valid));
            bias = filled;
        }

        for (int i = 0; i < count; i += tile, asked += 8 * length)
        {
            float* next = asked < asks ? ahead + asked : null;
            // The result of the next tile is far away more often than not: it comes while the sums of this one are made.
            for (int r = i + tile; r < Math.Min(i + 2 * tile, count); r++)
                Region.Ahead(to[r], width, n);
            if (valid == width && i + tile <= count)
            {
                Panels.Multiply<S, V>(from + i, &start, 1, length, panel, width, to + i, n, bias, next, add: start > 0);
                continue;
            }

            int taken = Math.Min(tile, count - i);
            for (int r = 0; start > 0 && r < taken; r++)
                new ReadOnlySpan<float>(to[i + r] + n, valid).CopyTo(new Span<float>(edges[r], valid));
            Panels.Multiply<S, V>(from + i, &start, 1, length, panel, width, edges, 0, bias, next, add: start > 0);
            for (int r = 0; r < taken; r++)
                new ReadOnlySpan<float>(edges[r], valid).CopyTo(new Span<float>(to[i + r] + n, valid));
        }
    }
}
