using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

static unsafe partial class WinogradTransforms
{
    /// <summary>A^T m, where the rows of A^T are (1 1 1 1 1 0), (0 1 -1 2 -2 0), (0 1 1 4 4 0), (0 1 -1 8 -8 1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Result<S, V>(V m0, V m1, V m2, V m3, V m4, V m5, out V y0, out V y1, out V y2, out V y3)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V sum12 = S.Add(m1, m2), difference12 = S.Subtract(m1, m2), sum34 = S.Add(m3, m4), difference34 = S.Subtract(m3, m4);
        y0 = S.Add(m0, S.Add(sum12, sum34));
        y1 = S.Fma(S.Broadcast(2), difference34, difference12);
        y2 = S.Fma(S.Broadcast(4), sum34, sum12);
        y3 = S.Fma(S.Broadcast(8), difference34, S.Add(difference12, m5));
    }

    /// <summary>4 x 4 values of the result of each tile for one register of channels, from 36 a plane apart.</summary>
    /// <param name="from">The first plane's values of the first tile.</param>
    /// <param name="plane">From one plane to the next.</param>
    /// <param name="width">From one tile to the next in a plane.</param>
    /// <param name="bias">Added to every value.</param>
    /// <param name="mask">The lanes that are channels.</param>
    /// <param name="to">Where the tiles go.</param>
    /// <param name="added">What the epilogue adds, in the order of the result.</param>
    /// <param name="work">Memory for <see cref="WorkRegisters"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Results<E, L, S, V>(
        float* from, nint plane, int width, V bias, V mask, in ResultTiles to, float* added, float* work)
        where E : struct, IEpilogue
        where L : struct, ILanes
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        int w = S.Width, tiles = to.Tiles;
        for (int j = 0; j < 6; j++)
        {
            float* tile = from + j * plane, t = work + j * w;
            for (int i = 0; i < tiles; i++, tile += width, t += 24 * w)
            {
                Result<S, V>(
                    S.Load(tile), S.Load(tile + 6 * plane), S.Load(tile + 12 * plane), S.Load(tile + 18 * plane),
                    S.Load(tile + 24 * plane), S.Load(tile + 30 * plane), out V y0, out V y1, out V y2, out V y3);
                S.Store(t, y0);
                S.Store(t + 6 * w, y1);
                S.Store(t + 12 * w, y2);
                S.Store(t + 18 * w, y3);
            }
        }

        float* y = to.Y;
        nint start = to.At, step = to.Step, pitch = to.Pitch;
        int rows = Math.Min(4, to.Rows), columns = to.Columns;
        for (int tile = 0; tile < tiles; tile++, start += 4 * step, columns -= 4, work += 24 * w)
        {
            nint at = start;
            float* t = work;
            for (int i = 0; i < rows; i++, t += 6 * w, at += pitch)
            {
                Result<S, V>(
                    S.Load(t), S.Load(t + w), S.Load(t + 2 * w), S.Load(t + 3 * w), S.Load(t + 4 * w), S.Load(t + 5 * w),
                    out V y0, out V y1, out V y2, out V y3);
                Put<E, L, S, V>(y, added, S.Add(y0, bias), mask, at);
                if (columns >= 4)
                {
                    Put<E, L, S, V>(y, added, S.Add(y1, bias), mask, at + step);
                    Put<E, L, S, V>(y, added, S.Add(y2, bias), mask, at + 2 * step);
                    Put<E, L, S, V>(y, added, S.Add(y3, bias), mask, at + 3 * step);
                    continue;
                }

                if (columns > 1)
                    Put<E, L, S, V>(y, added, S.Add(y1, bias), mask, at + step);
                if (columns > 2)
                    Put<E, L, S, V>(y, added, S.Add(y2, bias), mask, at + 2 * step);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Put<E, L, S, V>(float* y, float* added, V value, V mask, nint at)
        where E : struct, IEpilogue
        where L : struct, ILanes
        where S : struct, ISimd<V>
        where V : unmanaged =>
        L.Store<S, V>(y + at, mask, E.Apply<S, V>(value, E.Adds ? L.Load<S, V>(added + at, mask) : default));
}
