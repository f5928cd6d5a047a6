using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Ballast.Kernels;

/// <summary>Uniform values to normal ones by Box and Muller's transform, sixteen at a time, with the single-precision
/// logarithm, sine and cosine of the Cephes library (Moshier) that PyTorch's CPU kernel uses
/// (<c>normal_fill_16_AVX2</c>, <c>avx_mathfun.h</c>). The system's own functions would change about 38 % of the values
/// in the last bits. Every multiply-add is fused, so the bits are the same on every processor.</summary>
static class NormalKernel
{
    /// <summary>Values per block.</summary>
    public const int Block = 16;

    const float TwoPi = 2 * MathF.PI;

    const float SqrtHalf = 0.707106781186547524f;
    const float LogP0 = 7.0376836292e-2f;
    const float LogP1 = -1.1514610310e-1f;
    const float LogP2 = 1.1676998740e-1f;
    const float LogP3 = -1.2420140846e-1f;
    const float LogP4 = 1.4249322787e-1f;
    const float LogP5 = -1.6668057665e-1f;
    const float LogP6 = 2.0000714765e-1f;
    const float LogP7 = -2.4999993993e-1f;
    const float LogP8 = 3.3333331174e-1f;
    const float LnTwoLow = -2.12194440e-4f;
    const float LnTwoHigh = 0.693359375f;

    const float FourOverPi = 1.27323954473516f;
    const float MinusQuarterPi1 = -0.78515625f;
    const float MinusQuarterPi2 = -2.4187564849853515625e-4f;
    const float MinusQuarterPi3 = -3.77489497744594108e-8f;
    const float SinP0 = -1.9515295891e-4f;
    const float SinP1 = 8.3321608736e-3f;
    const float SinP2 = -1.6666654611e-1f;
    const float CosP0 = 2.443315711809948e-5f;
    const float CosP1 = -1.388731625493765e-3f;
    const float CosP2 = 4.166664568298827e-2f;

    /// <summary>Turns uniform values of [0, 1) into normal ones, in place, block by block; what lies behind the last
    /// whole block is left alone. In a block, value j and value j + 8 make a pair of radius sqrt(-2 ln(1 - u_j)) and
    /// angle 2 pi u_(j+8).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transform(Span<float> values, float mean, float std)
    {
        ref float first = ref MemoryMarshal.GetReference(values);
        var means = Vector256.Create(mean);
        var stds = Vector256.Create(std);
        for (int i = 0; i <= values.Length - Block; i += Block)
        {
            var radii = Vector256<float>.One - Vector256.LoadUnsafe(ref first, (nuint)i);
            var angles = Vector256.Create(TwoPi) * Vector256.LoadUnsafe(ref first, (nuint)i + 8);
            radii = Vector256.Sqrt(Vector256.Create(-2f) * Log(radii));
            var (sin, cos) = SinCos(angles);
            Vector256.FusedMultiplyAdd(radii * cos, stds, means).StoreUnsafe(ref first, (nuint)i);
            Vector256.FusedMultiplyAdd(radii * sin, stds, means).StoreUnsafe(ref first, (nuint)i + 8);
        }
    }

    /// <summary>The scalar reference of <see cref="Transform"/>.</summary>
    public static void TransformReference(Span<float> values, float mean, float std)
    {
        for (; values.Length >= Block; values = values[Block..])
        {
            for (int j = 0; j < Block / 2; j++)
            {
                float radius = MathF.Sqrt(-2 * Log(1 - values[j]));
                var (sin, cos) = SinCos(TwoPi * values[j + 8]);
                values[j] = MathF.FusedMultiplyAdd(radius * cos, std, mean);
                values[j + 8] = MathF.FusedMultiplyAdd(radius * sin, std, mean);
            }
        }
    }

    /// <summary>ln x for normal x above 0: x = 2^e (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)), and a polynomial in f.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<float> Log(Vector256<float> x)
    {
        var bits = x.AsInt32();
        var exponent = Vector256.ConvertToSingle((bits >>> 23) - Vector256.Create(126));
        var fraction = ((bits & Vector256.Create(0x007FFFFF)) | Vector256.Create(0x3F000000)).AsSingle();
        var small = Vector256.LessThan(fraction, Vector256.Create(SqrtHalf));
        exponent -= small & Vector256<float>.One;
        fraction = fraction - Vector256<float>.One + (small & fraction);

        var square = fraction * fraction;
        var y = Vector256.Create(LogP0);
        y = Vector256.FusedMultiplyAdd(y, fraction, Vector256.Create(LogP1));
        y = Vector256.FusedMultiplyAdd(y, fraction, Vector256.Create(LogP2));
        y = Vector256.FusedMultiplyAdd(y, fraction, Vector256.Create(LogP3));
        y = Vector256.FusedMultiplyAdd(y, fraction, Vector256.Create(LogP4));
        y = Vector256.FusedMultiplyAdd(y, fraction, Vector256.Create(LogP5));
        y = Vector256.FusedMultiplyAdd(y, fraction, Vector256.Create(LogP6));
        y = Vector256.FusedMultiplyAdd(y, fraction, Vector256.Create(LogP7));
        y = Vector256.FusedMultiplyAdd(y, fraction, Vector256.Create(LogP8));
        y = Vector256.FusedMultiplyAdd(y * fraction, square, exponent * Vector256.Create(LnTwoLow));
        y -= square * Vector256.Create(0.5f);
        return Vector256.FusedMultiplyAdd(exponent, Vector256.Create(LnTwoHigh), fraction + y);
    }

    static float Log(float x)
    {
        int bits = BitConverter.SingleToInt32Bits(x);
        float exponent = (bits >>> 23) - 126;
        float fraction = BitConverter.Int32BitsToSingle((bits & 0x007FFFFF) | 0x3F000000);
        if (fraction < SqrtHalf)
        {
            exponent -= 1;
            fraction = fraction - 1 + fraction;
        }
        else
        {
            fraction -= 1;
        }

        float square = fraction * fraction;
        float y = LogP0;
        y = MathF.FusedMultiplyAdd(y, fraction, LogP1);
        y = MathF.FusedMultiplyAdd(y, fraction, LogP2);
        y = MathF.FusedMultiplyAdd(y, fraction, LogP3);
        y = MathF.FusedMultiplyAdd(y, fraction, LogP4);
        y = MathF.FusedMultiplyAdd(y, fraction, LogP5);
        y = MathF.FusedMultiplyAdd(y, fraction, LogP6);
        y = MathF.FusedMultiplyAdd(y, fraction, LogP7);
        y = MathF.FusedMultiplyAdd(y, fraction, LogP8);
        y = MathF.FusedMultiplyAdd(y * fraction, square, exponent * LnTwoLow);
        y -= square * 0.5f;
        return MathF.FusedMultiplyAdd(exponent, LnTwoHigh, fraction + y);
    }

    /// <summary>sin x and cos x for x from 0: x less a multiple of pi / 4, then one polynomial each, which swap places
    /// in every other octant pair.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static (Vector256<float> Sin, Vector256<float> Cos) SinCos(Vector256<float> x)
    {
        var octant = Vector256.ConvertToInt32Native(x * Vector256.Create(FourOverPi));
        octant = (octant + Vector256<int>.One) & Vector256.Create(~1);
        var turns = Vector256.ConvertToSingle(octant);
        x = Vector256.FusedMultiplyAdd(turns, Vector256.Create(MinusQuarterPi1), x);
        x = Vector256.FusedMultiplyAdd(turns, Vector256.Create(MinusQuarterPi2), x);
        x = Vector256.FusedMultiplyAdd(turns, Vector256.Create(MinusQuarterPi3), x);

        var square = x * x;
        var even = Vector256.Create(CosP0);
        even = Vector256.FusedMultiplyAdd(even, square, Vector256.Create(CosP1));
        even = Vector256.FusedMultiplyAdd(even, square, Vector256.Create(CosP2));
        even = Vector256.FusedMultiplyAdd(even * square, square, Vector256.Create(-0.5f) * square);
        even += Vector256<float>.One;
        var odd = Vector256.Create(SinP0);
        odd = Vector256.FusedMultiplyAdd(odd, square, Vector256.Create(SinP1));
        odd = Vector256.FusedMultiplyAdd(odd, square, Vector256.Create(SinP2));
        odd = Vector256.FusedMultiplyAdd(odd * square, x, x);

        var straight = Vector256.Equals(octant & Vector256.Create(2), Vector256<int>.Zero).AsSingle();
        var sinSign = ((octant & Vector256.Create(4)) << 29).AsSingle();
        var cosSign = ((~(octant - Vector256.Create(2)) & Vector256.Create(4)) << 29).AsSingle();
        return (Vector256.ConditionalSelect(straight, odd, even) ^ sinSign,
            Vector256.ConditionalSelect(straight, even, odd) ^ cosSign);
    }

    static (float Sin, float Cos) SinCos(float x)
    {
        int octant = ((int)(x * FourOverPi) + 1) & ~1;
        float turns = octant;
        x = MathF.FusedMultiplyAdd(turns, MinusQuarterPi1, x);
        x = MathF.FusedMultiplyAdd(turns, MinusQuarterPi2, x);
        x = MathF.FusedMultiplyAdd(turns, MinusQuarterPi3, x);

        float square = x * x;
        float even = CosP0;
        even = MathF.FusedMultiplyAdd(even, square, CosP1);
        even = MathF.FusedMultiplyAdd(even, square, CosP2);
        even = MathF.FusedMultiplyAdd(even * square, square, -0.5f * square) + 1;
        float odd = SinP0;
        odd = MathF.FusedMultiplyAdd(odd, square, SinP1);
        odd = MathF.FusedMultiplyAdd(odd, square, SinP2);
        odd = MathF.FusedMultiplyAdd(odd * square, x, x);

        bool straight = (octant & 2) == 0;
        float sin = straight ? odd : even;
        float cos = straight ? even : odd;
        return ((octant & 4) != 0 ? -sin : sin, ((octant - 2) & 4) == 0 ? -cos : cos);
    }
}
