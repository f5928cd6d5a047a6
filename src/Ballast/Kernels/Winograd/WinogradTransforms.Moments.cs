using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

static unsafe partial class WinogradTransforms
{
    /// <summary>The first of the 4 x 4 values of <see cref="Results"/>, before an epilogue.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static V FirstResult<S, V>(float* from, nint plane, V bias)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V sum = bias;
        for (int i = 0; i < 5; i++)
        {
            for (int j = 0; j < 5; j++)
                sum = S.Add(sum, S.Load(from + (i * 6 + j) * plane));
        }

        return sum;
    }

    /// <summary>Adds up the deviations of some tiles of a result, written a moment ago, from a pivot, and their squares, for one register of
    /// channels.</summary>
    /// <param name="at">Where the tiles lie.</param>
    /// <param name="pivot">The pivot of each channel.</param>
    /// <param name="mask">The lanes that are channels.</param>
    /// <param name="sum">Takes the deviations.</param>
    /// <param name="squares">Takes their squares.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Moments<L, S, V>(in ResultTiles at, V pivot, V mask, ref V sum, ref V squares)
        where L : struct, ILanes
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        nint step = at.Step, pitch = at.Pitch;
        float* tile = at.Y + at.At;
        int rows = Math.Min(4, at.Rows), columns = at.Columns;
        V all = sum, allSquares = squares;
        for (int i = 0; i < at.Tiles; i++, tile += 4 * step, columns -= 4)
        {
            // A tile has sums of its own: less rounding, and none waits for the one before.
            V a = S.Broadcast(0), b = a;
            float* row = tile;
            for (int y = 0; y < rows; y++, row += pitch)
            {
                Deviation<L, S, V>(row, pivot, mask, ref a, ref b);
                if (columns > 1)
                    Deviation<L, S, V>(row + step, pivot, mask, ref a, ref b);
                if (columns > 2)
                    Deviation<L, S, V>(row + 2 * step, pivot, mask, ref a, ref b);
                if (columns > 3)
                    Deviation<L, S, V>(row + 3 * step, pivot, mask, ref a, ref b);
            }

            all = S.Add(all, a);
            allSquares = S.Add(allSquares, b);
        }

        (sum, squares) = (all, allSquares);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Deviation<L, S, V>(float* value, V pivot, V mask, ref V sum, ref V squares)
        where L : struct, ILanes
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V deviation = S.Subtract(L.Load<S, V>(value, mask), pivot);
        sum = S.Add(sum, deviation);
        squares = S.Fma(deviation, deviation, squares);
    }
}
