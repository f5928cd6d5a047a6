using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Ballast.Kernels;

/// <summary>Four rows of four values turned over: pairs of values first, then pairs of pairs.</summary>
static unsafe class FourByFour
{
    /// <summary>4.</summary>
    public const int Size = 4;

    /// <summary>to[j stride + i] = rows i[j] for i and j below 4.</summary>
    /// <param name="r0">Where the first row begins.</param>
    /// <param name="r1">The second one.</param>
    /// <param name="r2">The third one.</param>
    /// <param name="r3">The last one.</param>
    /// <param name="to">The result.</param>
    /// <param name="stride">From one of its rows to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Turn(float* r0, float* r1, float* r2, float* r3, float* to, nint stride)
    {
        var (low01, high01) = Interleave(Vector128.Load(r0), Vector128.Load(r1));
        var (low23, high23) = Interleave(Vector128.Load(r2), Vector128.Load(r3));
        var (first, second) = Halves(low01, low23);
        var (third, fourth) = Halves(high01, high23);
        first.Store(to);
        second.Store(to + stride);
        third.Store(to + 2 * stride);
        fourth.Store(to + 3 * stride);
    }

    /// <summary>to[k stride + i] = from[i pitch + k]: columns become the rows of a panel, one line of memory of each at a time.</summary>
    /// <param name="from">The first column.</param>
    /// <param name="pitch">From one column to the next.</param>
    /// <param name="columns">How many columns there are.</param>
    /// <param name="length">The length of a column.</param>
    /// <param name="to">The panel.</param>
    /// <param name="stride">From one of its rows to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void TurnColumns(float* from, nint pitch, int columns, int length, float* to, nint stride)
    {
        const int line = 16;
        for (int start = 0; start < length; start += line)
        {
            int end = Math.Min(start + line, length);
            int i = 0;
            for (; i <= columns - 4; i += 4)
            {
                float* column = from + i * pitch;
                int k = start;
                for (; k <= end - 4; k += 4)
                    Turn(column + k, column + pitch + k, column + 2 * pitch + k, column + 3 * pitch + k, to + k * stride + i, stride);
                for (; k < end; k++)
                {
                    for (int c = 0; c < 4; c++)
                        to[k * stride + i + c] = column[c * pitch + k];
                }
            }

            for (; i < columns; i++)
            {
                for (int k = start; k < end; k++)
                    to[k * stride + i] = from[i * pitch + k];
            }
        }
    }

    /// <summary>to[lane stride + i] = rows[i][lane]: a few rows, wherever they lie, become columns.</summary>
    /// <param name="rows">Where each row begins.</param>
    /// <param name="count">How many rows there are.</param>
    /// <param name="lanes">The length of a row.</param>
    /// <param name="to">The result.</param>
    /// <param name="stride">From one of its rows to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void TurnRows(float** rows, int count, int lanes, float* to, nint stride)
    {
        int lane = 0;
        for (; lane <= lanes - Size; lane += Size, to += Size * stride)
        {
            int i = 0;
            for (; i <= count - Size; i += Size)
                Turn(rows[i] + lane, rows[i + 1] + lane, rows[i + 2] + lane, rows[i + 3] + lane, to + i, stride);
            for (; i < count; i++)
            {
                for (int l = 0; l < Size; l++)
                    to[l * stride + i] = rows[i][lane + l];
            }
        }

        for (; lane < lanes; lane++, to += stride)
        {
            for (int i = 0; i < count; i++)
                to[i] = rows[i][lane];
        }
    }

    // Both lower halves, and both upper ones. Vectors that are made of halves by Vector128.Create go by way of memory.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static (Vector128<float> Lower, Vector128<float> Upper) Halves(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported
            ? (Sse.MoveLowToHigh(a, b), Sse.MoveHighToLow(b, a))
            : (Vector128.Create(a.GetLower(), b.GetLower()), Vector128.Create(a.GetUpper(), b.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static (Vector128<float> Low, Vector128<float> High) Interleave(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported
            ? (Sse.UnpackLow(a, b), Sse.UnpackHigh(a, b))
            : (Vector128.Create(a[0], b[0], a[1], b[1]), Vector128.Create(a[2], b[2], a[3], b[3]));
}
