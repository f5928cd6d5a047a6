using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Ballast.Kernels;

/// <summary>One lane: tails, and the reference that the wide ones are tested against.</summary>
readonly unsafe struct SimdScalar : ISimd<float>
{
    public static int Width => 1;
    public static float Broadcast(float value) => value;
    public static float Load(float* source) => *source;
    public static void Store(float* destination, float value) => *destination = value;
    public static void StoreAway(float* destination, float value) => *destination = value;
    public static float First(int count) => count > 0 ? BitConverter.Int32BitsToSingle(-1) : 0;
    public static float LoadSome(float* source, float mask) => BitConverter.SingleToInt32Bits(mask) != 0 ? *source : 0;

    public static void StoreSome(float* destination, float mask, float value)
    {
        if (BitConverter.SingleToInt32Bits(mask) != 0)
            *destination = value;
    }

    public static float LoadBytes(byte* source) => *source;
    public static float Add(float a, float b) => a + b;
    public static float Subtract(float a, float b) => a - b;
    public static float Multiply(float a, float b) => a * b;
    public static float Divide(float a, float b) => a / b;
    public static float Sqrt(float a) => MathF.Sqrt(a);
    public static float Exp(float a) => ExponentialFunction.Compute<SimdScalar, float>(a);
    public static float Log(float a) => LogarithmFunction.Compute<SimdScalar, float>(a);
    public static float Log2(float a) => LogarithmFunction.BaseTwo<SimdScalar, float>(a);
    public static float Sin(float a) => MathF.Sin(a);
    public static float Cos(float a) => MathF.Cos(a);
    public static float Pow(float a, float b) => MathF.Pow(a, b);
    public static float Abs(float a) => MathF.Abs(a);
    public static float Floor(float a) => MathF.Floor(a);
    public static float Ceiling(float a) => MathF.Ceiling(a);
    public static float Truncate(float a) => MathF.Truncate(a);
    public static float Round(float a) => MathF.Round(a);

    public static float PowerOfTwo(float a) => BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(a) << 23);

    public static bool AreNormalAndPositive(float a) => float.IsNormal(a) && a > 0;

    public static float Exponent(float a) => (BitConverter.SingleToInt32Bits(a) - FloatBits.RootOfHalf) >> 23;

    public static float Mantissa(float a)
    {
        int bits = BitConverter.SingleToInt32Bits(a);
        return BitConverter.Int32BitsToSingle(bits - (bits - FloatBits.RootOfHalf & -1 << 23));
    }

    public static float HalfOfDigits(float a) => BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(a) & ~0xFFF);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Fma(float a, float b, float c) =>
        System.Runtime.Intrinsics.X86.Fma.IsSupported || AdvSimd.IsSupported
            ? MathF.FusedMultiplyAdd(a, b, c)
            : a * b + c;

    public static float Max(float a, float b) => a > b || float.IsNaN(a) ? a : b;
    public static float Min(float a, float b) => a < b || float.IsNaN(a) ? a : b;
    public static float WherePositive(float gate, float value) => gate <= 0 ? 0 : value;
    public static float GreaterOrNaN(float a, float b) => Mask(a > b || float.IsNaN(a));
    public static float GreaterOrUnordered(float a, float b) => Mask(!(a <= b));
    public static float Equal(float a, float b) => Mask(a == b);
    public static float Select(float mask, float a, float b) => BitConverter.SingleToInt32Bits(mask) != 0 ? a : b;
    public static float Sum(float a) => a;
    public static Vector128<float> Sum(float a, float b, float c, float d) => Vector128.Create(a, b, c, d);

    static float Mask(bool all) => BitConverter.Int32BitsToSingle(all ? -1 : 0);
}
