using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Ballast.Kernels;

/// <summary>The innermost products: eight rows, wherever they lie, with a panel of columns that are packed side by side. A panel
/// is two registers wide, the last one of a matrix perhaps one; sums stay in registers while the depth runs.</summary>
static unsafe class Panels
{
    /// <summary>Rows that are multiplied at once.</summary>
    public const int Rows = 8;

    /// <summary>The widest panel of the widest registers.</summary>
    public const int MaxWidth = 32;

    /// <summary>The columns of the panel that begins at a column: two registers, or one where one holds what is left.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Width<S, V>(int left)
        where S : struct, ISimd<V>
        where V : unmanaged => left > S.Width ? 2 * S.Width : S.Width;

    /// <summary>Columns that panels of this many columns take, filled up with zeros.</summary>
    public static int Padded(int columns) => (columns + Lanes - 1) / Lanes * Lanes;

    /// <summary>The floats in a register of this processor.</summary>
    public static int Lanes => Vector512.IsHardwareAccelerated ? 16 : Vector256.IsHardwareAccelerated ? 8 : 4;

    /// <summary>to[r][c] = sum over s and j of rows[r][offsets[s] + j] panel[s, j, c].</summary>
    /// <param name="rows">Where each of the eight rows begins.</param>
    /// <param name="offsets">Where the values of each segment begin, seen from the row.</param>
    /// <param name="segments">How many segments there are.</param>
    /// <param name="length">The values of a segment, side by side.</param>
    /// <param name="panel">[segments, length, width].</param>
    /// <param name="width">One register or two.</param>
    /// <param name="to">Where the sums of each row go.</param>
    /// <param name="shift">Added to each of these places.</param>
    /// <param name="start">Added to each row's sums: [width], or null.</param>
    /// <param name="ahead">Memory that is asked for meanwhile, half a line for each value of a row; null for none.</param>
    /// <param name="add">Whether the sums go on from those that are there.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Multiply<S, V>(
        float** rows, nint* offsets, int segments, int length, float* panel, int width, float** to, nint shift = 0,
        float* start = null, float* ahead = null, bool add = false)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        if (width == S.Width)
        {
            EightByOne<S, V>(rows, offsets, segments, length, panel, to, shift, start, add);
        }
        else if (S.Width == 16 && ahead is not null && Sse.IsSupported)
        {
            ByTwo<EightRowsAhead, S, V>(rows, offsets, segments, length, panel, to, shift, start, add, ahead);
        }
        else if (S.Width == 16)
        {
            ByTwo<EightRows, S, V>(rows, offsets, segments, length, panel, to, shift, start, add);
        }
        else
        {
            if (ahead is not null && Sse.IsSupported)
                ByTwo<FourRowsAhead, S, V>(rows, offsets, segments, length, panel, to, shift, start, add, ahead);
            else
                ByTwo<FourRows, S, V>(rows, offsets, segments, length, panel, to, shift, start, add);
            ByTwo<FourRows, S, V>(rows + 4, offsets, segments, length, panel, to + 4, shift, start, add);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void ByTwo<R, S, V>(
        float** rows, nint* offsets, int segments, int length, float* panel, float** to, nint shift, float* start, bool add,
        float* ahead = null)
        where R : struct, ITileRows
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V a0 = start is null ? S.Broadcast(0) : S.Load(start), a1 = start is null ? a0 : S.Load(start + S.Width);
        V b0 = a0, b1 = a1, c0 = a0, c1 = a1, d0 = a0, d1 = a1, e0 = a0, e1 = a1, f0 = a0, f1 = a1, g0 = a0, g1 = a1;
        V h0 = a0, h1 = a1;
        if (add)
        {
            (a0, a1, b0, b1) = (S.Load(to[0] + shift), S.Load(to[0] + shift + S.Width), S.Load(to[1] + shift), S.Load(to[1] + shift + S.Width));
            (c0, c1, d0, d1) = (S.Load(to[2] + shift), S.Load(to[2] + shift + S.Width), S.Load(to[3] + shift), S.Load(to[3] + shift + S.Width));
        }

        if (add && R.Count == 8)
        {
            (e0, e1, f0, f1) = (S.Load(to[4] + shift), S.Load(to[4] + shift + S.Width), S.Load(to[5] + shift), S.Load(to[5] + shift + S.Width));
            (g0, g1, h0, h1) = (S.Load(to[6] + shift), S.Load(to[6] + shift + S.Width), S.Load(to[7] + shift), S.Load(to[7] + shift + S.Width));
        }

        for (int s = 0; s < segments; s++)
        {
            nint o = offsets[s];
            float* ra = rows[0] + o, rb = rows[1] + o, rc = rows[2] + o, rd = rows[3] + o, re = ra, rf = ra, rg = ra, rh = ra;
            if (R.Count == 8)
            {
                re = rows[4] + o;
                rf = rows[5] + o;
                rg = rows[6] + o;
                rh = rows[7] + o;
            }

            nint j = 0;
            for (; R.Count < 8 && j <= length - 2; j += 2, panel += 4 * S.Width)
            {
                if (R.Asks)
                    Sse.Prefetch1(ahead + 8 * j);

                // Four rows are few: with one value of each in a turn, the speed depends on where the loop lies in memory.
                Add<S, V>(
                    ra + j, rb + j, rc + j, rd + j, S.Load(panel), S.Load(panel + S.Width),
                    ref a0, ref a1, ref b0, ref b1, ref c0, ref c1, ref d0, ref d1);
                Add<S, V>(
                    ra + j + 1, rb + j + 1, rc + j + 1, rd + j + 1, S.Load(panel + 2 * S.Width), S.Load(panel + 3 * S.Width),
                    ref a0, ref a1, ref b0, ref b1, ref c0, ref c1, ref d0, ref d1);
            }

            for (; j < length; j++, panel += 2 * S.Width)
            {
                V p0 = S.Load(panel), p1 = S.Load(panel + S.Width);
                if (R.Asks)
                    Sse.Prefetch1(ahead + 8 * j);
                Add<S, V>(ra + j, rb + j, rc + j, rd + j, p0, p1, ref a0, ref a1, ref b0, ref b1, ref c0, ref c1, ref d0, ref d1);
                if (R.Count == 8)
                    Add<S, V>(re + j, rf + j, rg + j, rh + j, p0, p1, ref e0, ref e1, ref f0, ref f1, ref g0, ref g1, ref h0, ref h1);
            }
        }

        Store<S, V>(to[0] + shift, a0, a1);
        Store<S, V>(to[1] + shift, b0, b1);
        Store<S, V>(to[2] + shift, c0, c1);
        Store<S, V>(to[3] + shift, d0, d1);
        if (R.Count < 8)
            return;
        Store<S, V>(to[4] + shift, e0, e1);
        Store<S, V>(to[5] + shift, f0, f1);
        Store<S, V>(to[6] + shift, g0, g1);
        Store<S, V>(to[7] + shift, h0, h1);
    }

    // A value of each of four rows with two registers of columns.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Add<S, V>(
        float* ra, float* rb, float* rc, float* rd, V p0, V p1,
        ref V a0, ref V a1, ref V b0, ref V b1, ref V c0, ref V c1, ref V d0, ref V d1)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V v = S.Broadcast(*ra);
        a0 = S.Fma(v, p0, a0);
        a1 = S.Fma(v, p1, a1);
        v = S.Broadcast(*rb);
        b0 = S.Fma(v, p0, b0);
        b1 = S.Fma(v, p1, b1);
        v = S.Broadcast(*rc);
        c0 = S.Fma(v, p0, c0);
        c1 = S.Fma(v, p1, c1);
        v = S.Broadcast(*rd);
        d0 = S.Fma(v, p0, d0);
        d1 = S.Fma(v, p1, d1);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void EightByOne<S, V>(
        float** rows, nint* offsets, int segments, int length, float* panel, float** to, nint shift, float* start, bool add)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V a = start is null ? S.Broadcast(0) : S.Load(start);
        V b = a, c = a, d = a, e = a, f = a, g = a, h = a;
        if (add)
        {
            (a, b, c, d) = (S.Load(to[0] + shift), S.Load(to[1] + shift), S.Load(to[2] + shift), S.Load(to[3] + shift));
            (e, f, g, h) = (S.Load(to[4] + shift), S.Load(to[5] + shift), S.Load(to[6] + shift), S.Load(to[7] + shift));
        }

        for (int s = 0; s < segments; s++)
        {
            nint o = offsets[s];
            float* ra = rows[0] + o, rb = rows[1] + o, rc = rows[2] + o, rd = rows[3] + o;
            float* re = rows[4] + o, rf = rows[5] + o, rg = rows[6] + o, rh = rows[7] + o;
            for (nint j = 0; j < length; j++, panel += S.Width)
            {
                V p = S.Load(panel);
                a = S.Fma(S.Broadcast(ra[j]), p, a);
                b = S.Fma(S.Broadcast(rb[j]), p, b);
                c = S.Fma(S.Broadcast(rc[j]), p, c);
                d = S.Fma(S.Broadcast(rd[j]), p, d);
                e = S.Fma(S.Broadcast(re[j]), p, e);
                f = S.Fma(S.Broadcast(rf[j]), p, f);
                g = S.Fma(S.Broadcast(rg[j]), p, g);
                h = S.Fma(S.Broadcast(rh[j]), p, h);
            }
        }

        S.Store(to[0] + shift, a);
        S.Store(to[1] + shift, b);
        S.Store(to[2] + shift, c);
        S.Store(to[3] + shift, d);
        S.Store(to[4] + shift, e);
        S.Store(to[5] + shift, f);
        S.Store(to[6] + shift, g);
        S.Store(to[7] + shift, h);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Store<S, V>(float* to, V first, V second)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        S.Store(to, first);
        S.Store(to + S.Width, second);
    }
}
