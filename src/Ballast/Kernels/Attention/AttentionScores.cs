using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Ballast.Kernels;

/// <summary>What both passes of an attention have in common: blocks of products, and rows of them scaled and masked.</summary>
static unsafe class AttentionScores
{
    // Rows of heads lie a page or more apart, where the processor does not fetch ahead by itself: so many rows before they are read.
    const int Ahead = 8;

    /// <summary>Asks for rows that will be read soon; nothing happens where a processor cannot be asked.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Ask(in MatrixRows rows, int matrix, int first, int end, int columns)
    {
        if (!Sse.IsSupported)
            return;
        for (int row = first; row < end; row++)
        {
            float* from = rows.Row(matrix, row);
            for (int column = 0; column < columns; column += CacheLine)
                Sse.Prefetch0(from + column);
        }
    }

    /// <summary>Asks for a row of a matrix whose turn comes later: into the second-level cache, since rows a page apart have few places in the
    /// first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AskEarly(in MatrixRows rows, int matrix, int row, int columns) => Region.Early(rows.Row(matrix, row), columns);

    const int CacheLine = 16; // floats

    /// <summary>to[panel][d][key] = rows[key][d]: the columns of a transposed matrix as <see cref="Panels"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PackTurned(in MatrixRows rows, int matrix, int count, int depth, float* to)
    {
        int lanes = Panels.Lanes;
        for (int column = 0; column < count; column += 2 * lanes)
        {
            int left = count - column, width = left > lanes ? 2 * lanes : lanes, valid = Math.Min(width, left);
            int turned = 0;
            for (; turned <= valid - 4; turned += 4)
            {
                Ask(rows, matrix, column + turned + Ahead, Math.Min(column + turned + Ahead + 4, count), depth);
                float* r0 = rows.Row(matrix, column + turned), r1 = rows.Row(matrix, column + turned + 1);
                float* r2 = rows.Row(matrix, column + turned + 2), r3 = rows.Row(matrix, column + turned + 3);
                int d = 0;
                for (; d <= depth - 4; d += 4)
                    FourByFour.Turn(r0 + d, r1 + d, r2 + d, r3 + d, to + (nint)d * width + turned, width);
                for (; d < depth; d++)
                {
                    float* at = to + (nint)d * width + turned;
                    (at[0], at[1], at[2], at[3]) = (r0[d], r1[d], r2[d], r3[d]);
                }
            }

            for (; turned < width; turned++)
            {
                float* from = rows.Row(matrix, column + Math.Min(turned, valid - 1));
                for (int d = 0; d < depth; d++)
                    to[(nint)d * width + turned] = turned < valid ? from[d] : 0;
            }

            to += width * depth;
        }
    }

    /// <summary>to[panel][row][column] = rows[first + row][column]: some rows of a matrix as <see cref="Panels"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(in MatrixRows rows, int matrix, int first, int count, int columns, float* to)
    {
        int lanes = Panels.Lanes;
        for (int column = 0; column < columns; column += 2 * lanes)
        {
            int left = columns - column, width = left > lanes ? 2 * lanes : lanes, valid = Math.Min(width, left);
            if (valid == width)
            {
                for (int row = 0; row < count; row++, to += width)
                {
                    if (column == 0)
                        Ask(rows, matrix, first + row + Ahead, Math.Min(first + row + Ahead + 1, first + count), columns);
                    float* from = rows.Row(matrix, first + row) + column;
                    for (int c = 0; c < width; c += 4)
                        Vector128.Load(from + c).Store(to + c);
                }

                continue;
            }

            for (int row = 0; row < count; row++, to += width)
            {
                new ReadOnlySpan<float>(rows.Row(matrix, first + row) + column, valid).CopyTo(new Span<float>(to, valid));
                new Span<float>(to + valid, width - valid).Clear();
            }
        }
    }

    /// <summary>to[row][column] = the product of rows of a matrix with packed columns.</summary>
    /// <param name="rows">The matrix.</param>
    /// <param name="matrix">Which one.</param>
    /// <param name="first">The first row.</param>
    /// <param name="count">How many rows there are, at most <see cref="AttentionShape.QueryBlock"/>.</param>
    /// <param name="depth">The columns of the matrix.</param>
    /// <param name="panels">The other one's columns.</param>
    /// <param name="columns">How many of them there are.</param>
    /// <param name="to">The result, with room for whole tiles of rows and whole registers of columns.</param>
    /// <param name="stride">From one of its rows to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<S, V>(
        in MatrixRows rows, int matrix, int first, int count, int depth, float* panels, int columns, float* to, int stride)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        const int tile = Panels.Rows;
        float** from = stackalloc float*[tile];
        float** into = stackalloc float*[tile];
        nint offset = 0;
        for (int start = 0; start < count; start += tile)
        {
            Ask(rows, matrix, first + start + tile, Math.Min(first + start + 2 * tile, first + count), depth);
            for (int i = 0; i < tile; i++)
            {
                from[i] = rows.Row(matrix, first + Math.Min(start + i, count - 1));
                into[i] = to + (start + i) * stride;
            }

            float* panel = panels;
            int width;
            for (int column = 0; column < columns; column += width)
            {
                width = Panels.Width<S, V>(columns - column);
                Panels.Multiply<S, V>(from, &offset, 1, depth, panel, width, into, column);
                panel += width * depth;
            }
        }
    }

    /// <summary>Scales packed keys: products with them need no factor of their own.</summary>
    /// <param name="panels">Whole registers of them.</param>
    /// <param name="count">How many values there are.</param>
    /// <param name="scale">The factor.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scale<S, V>(float* panels, int count, float scale)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V factor = S.Broadcast(scale);
        for (int i = 0; i < count; i += S.Width)
            S.Store(panels + i, S.Multiply(S.Load(panels + i), factor));
    }

    /// <summary>Adds a mask to a row of products, and puts minus infinity where a key is not seen.</summary>
    /// <param name="row">The products with the keys of a block, filled up to whole registers.</param>
    /// <param name="count">How many keys the block has.</param>
    /// <param name="seen">How many of them the query sees.</param>
    /// <param name="mask">The mask's values, or null.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Mask<S, V>(float* row, int count, int seen, float* mask)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        int i = 0;
        for (; mask is not null && i + S.Width <= seen; i += S.Width)
            S.Store(row + i, S.Add(S.Load(row + i), S.Load(mask + i)));
        i = Math.Max(0, seen) / S.Width * S.Width;
        V nothing = S.Broadcast(float.NegativeInfinity);
        if (i < seen)
        {
            V first = S.First(seen - i), product = S.Load(row + i);
            S.Store(row + i, S.Select(first, mask is null ? product : S.Add(product, S.LoadSome(mask + i, first)), nothing));
            i += S.Width;
        }

        for (; i < count; i += S.Width)
            S.Store(row + i, nothing);
    }

    /// <summary>Copies whole registers and what is left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy<S, V>(float* from, float* to, int count)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        int i = 0;
        for (; i + S.Width <= count; i += S.Width)
            S.Store(to + i, S.Load(from + i));
        for (; i < count; i++)
            to[i] = from[i];
    }
}
