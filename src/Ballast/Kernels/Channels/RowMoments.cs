using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Ballast.Kernels;

/// <summary>The statistics of one row: four floats.</summary>
[StructLayout(LayoutKind.Sequential)]
unsafe struct RowMoments
{
    // Values that are summed in float before they are added up in double.
    const int Piece = 4096;

    /// <summary>How many floats this takes.</summary>
    public const int Size = 4;

    /// <summary>The mean, rounded to float.</summary>
    public float Center;

    /// <summary>What the rounding left out: the mean is Center + Rest.</summary>
    public float Rest;

    /// <summary>The biased variance.</summary>
    public float Variance;

    /// <summary>1 / sqrt(variance + eps), 0 where that is infinite.</summary>
    public float InverseDeviation;

    /// <summary>From the mean and the biased variance.</summary>
    public RowMoments(double mean, double variance, double epsilon)
    {
        Center = (float)mean;
        Rest = (float)(mean - Center);
        Variance = (float)variance;
        InverseDeviation = (float)Deviations.Inverse(variance + epsilon);
    }

    /// <summary>Measures a row. Deviations are taken from its first value; where that lies far from the mean, so that the
    /// squares would lose digits, once more from the mean.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RowMoments Measure<S, V>(float* x, int length, bool centered, double epsilon)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        float pivot = centered ? x[0] : 0;
        var (sum, squares) = SumDeviations<S, V>(x, length, pivot);
        if (!double.IsFinite(squares))
            return Precise(x, length, centered, epsilon);
        if (!centered)
            return new RowMoments(0, squares / length, epsilon);
        double offset = sum / length, variance = squares / length - offset * offset;
        if (!(offset * offset <= 4 * variance))
        {
            pivot = (float)(pivot + offset);
            (sum, squares) = SumDeviations<S, V>(x, length, pivot);
            offset = sum / length;
            variance = squares / length - offset * offset;
        }

        return new RowMoments(pivot + offset, Math.Max(0, variance), epsilon);
    }

    // Squares that a float cannot hold: once more, value by value in double.
    static RowMoments Precise(float* x, int length, bool centered, double epsilon)
    {
        var (mean, variance) = PreciseMoments.Of(x, length, 1, centered);
        return new RowMoments(mean, variance, epsilon);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static (double Sum, double Squares) SumDeviations<S, V>(float* x, int length, float pivot)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        double sum = 0, squares = 0;
        for (int start = 0; start < length; start += Piece)
            SumDeviations<S, V>(x + start, Math.Min(Piece, length - start), pivot, ref sum, ref squares);
        return (sum, squares);
    }

    // Four sums of each kind, which do not wait for one another.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void SumDeviations<S, V>(float* x, int length, float pivot, ref double sum, ref double squares)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        int w = S.Width, i = 0;
        V center = S.Broadcast(pivot);
        V a0 = S.Broadcast(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
        for (; i <= length - 4 * w; i += 4 * w)
        {
            V d0 = S.Subtract(S.Load(x + i), center), d1 = S.Subtract(S.Load(x + i + w), center);
            V d2 = S.Subtract(S.Load(x + i + 2 * w), center), d3 = S.Subtract(S.Load(x + i + 3 * w), center);
            a0 = S.Add(a0, d0);
            b0 = S.Fma(d0, d0, b0);
            a1 = S.Add(a1, d1);
            b1 = S.Fma(d1, d1, b1);
            a2 = S.Add(a2, d2);
            b2 = S.Fma(d2, d2, b2);
            a3 = S.Add(a3, d3);
            b3 = S.Fma(d3, d3, b3);
        }

        for (; i <= length - w; i += w)
        {
            V d = S.Subtract(S.Load(x + i), center);
            a0 = S.Add(a0, d);
            b0 = S.Fma(d, d, b0);
        }

        if (i < length)
        {
            V mask = S.First(length - i), d = S.Subtract(S.Select(mask, S.LoadSome(x + i, mask), center), center);
            a1 = S.Add(a1, d);
            b1 = S.Fma(d, d, b1);
        }

        sum += S.Sum(S.Add(S.Add(a0, a1), S.Add(a2, a3)));
        squares += S.Sum(S.Add(S.Add(b0, b1), S.Add(b2, b3)));
    }
}
