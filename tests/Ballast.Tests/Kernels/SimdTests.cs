using System.Runtime.Intrinsics;
using Ballast.Kernels;

namespace Ballast.Tests.Kernels;

/// <summary>The operations of each register width against the scalar ones, and those against <see cref="Math"/>.</summary>
public unsafe class SimdTests
{
    static readonly float[] Odd =
    [
        0, -0f, 1, -1, 1e-45f, -1e-45f, 1.17549435e-38f, 3e38f, -3e38f, float.PositiveInfinity, float.NegativeInfinity,
        float.NaN, 0.5f, -0.75f, 88.5f, -104f,
    ];

    [Fact]
    public void Every_width_does_what_one_lane_does()
    {
        Check<Simd128, Vector128<float>>();
        if (Vector256.IsHardwareAccelerated)
            Check<Simd256, Vector256<float>>();
        if (Vector512.IsHardwareAccelerated)
            Check<Simd512, Vector512<float>>();
    }

    static void Check<S, V>()
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        float[] plain = Draw.Floats(48, 1);
        for (int shift = 0; shift < Odd.Length; shift++)
        {
            float[] x = [.. Odd, .. plain[..16]];
            float[] y = [.. Odd[shift..], .. Odd[..shift], .. plain[16..32]];
            Same<S, V>(x, y, (a, b) => S.Add(a, b), SimdScalar.Add);
            Same<S, V>(x, y, (a, b) => S.Subtract(a, b), SimdScalar.Subtract);
            Same<S, V>(x, y, (a, b) => S.Multiply(a, b), SimdScalar.Multiply);
            Same<S, V>(x, y, (a, b) => S.Divide(a, b), SimdScalar.Divide);
            Same<S, V>(x, y, (a, _) => S.Sqrt(a), (a, _) => SimdScalar.Sqrt(a));
            foreach (int exponent in (int[])[-126, -1, 0, 1, 127])
                Same<S, V>(x, y, (a, _) => S.Multiply(a, S.PowerOfTwo(S.Broadcast(12582912 + 127 + exponent))), (a, _) => a * MathF.ScaleB(1, exponent));
            Same<S, V>(x, y, (_, _) => S.PowerOfTwo(S.Broadcast(12582912)), (_, _) => 0);
            Same<S, V>(x, y, (a, b) => S.WherePositive(a, b), SimdScalar.WherePositive);
            Same<S, V>(x, y, (a, b) => S.Fma(a, b, a), (a, b) => SimdScalar.Fma(a, b, a));
            Same<S, V>(x, y, (_, b) => S.Max(b, S.Broadcast(0.25f)), (_, b) => SimdScalar.Max(b, 0.25f));
            Same<S, V>(x, y, (a, b) => S.Select(S.GreaterOrNaN(a, b), a, b),
                (a, b) => SimdScalar.Select(SimdScalar.GreaterOrNaN(a, b), a, b));
            Same<S, V>(x, y, (a, b) => S.Select(S.GreaterOrUnordered(a, b), a, S.Broadcast(3)),
                (a, b) => SimdScalar.Select(SimdScalar.GreaterOrUnordered(a, b), a, 3));
            Same<S, V>(x, y, (a, b) => S.Select(S.Equal(a, b), b, S.Broadcast(3)),
                (a, b) => SimdScalar.Select(SimdScalar.Equal(a, b), b, 3));
        }
    }

    // Not-a-numbers of any kind count as equal, and so do zeros of either sign.
    static void Same<S, V>(float[] x, float[] y, Func<V, V, V> wide, Func<float, float, float> single)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        float[] result = new float[x.Length];
        fixed (float* a = x, b = y, to = result)
        {
            for (int i = 0; i < x.Length; i += S.Width)
                S.Store(to + i, wide(S.Load(a + i), S.Load(b + i)));
        }

        for (int i = 0; i < x.Length; i++)
            Assert.Equal(single(x[i], y[i]), result[i]);
    }

    [Fact]
    public void Sums_of_lanes_are_exact_on_whole_numbers()
    {
        Sums<SimdScalar, float>();
        Sums<Simd128, Vector128<float>>();
        if (Vector256.IsHardwareAccelerated)
            Sums<Simd256, Vector256<float>>();
        if (Vector512.IsHardwareAccelerated)
            Sums<Simd512, Vector512<float>>();
    }

    static void Sums<S, V>()
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        float[] values = Draw.Whole(4 * S.Width, 3);
        float[] expected = [.. values.Chunk(S.Width).Select(static lanes => lanes.Sum())];
        fixed (float* v = values)
        {
            V a = S.Load(v), b = S.Load(v + S.Width), c = S.Load(v + 2 * S.Width), d = S.Load(v + 3 * S.Width);
            float[] each = [S.Sum(a), S.Sum(b), S.Sum(c), S.Sum(d)];
            Assert.Equal(expected, each);
            var four = S.Sum(a, b, c, d);
            float[] together = [four[0], four[1], four[2], four[3]];
            Assert.Equal(expected, together);
        }
    }
}
