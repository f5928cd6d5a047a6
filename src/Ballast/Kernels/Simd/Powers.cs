using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ballast.Kernels;

/// <summary>Powers of whole registers: e^(b ln |a|) in double, which keeps every digit of a float, with the special cases of
/// <see cref="MathF.Pow"/>.</summary>
static class Powers
{
    // From here on every float is a whole number, from twice as far on an even one.
    const float OddEnd = 1 << 24;

    /// <summary>a to the power of b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Compute(Vector128<float> a, Vector128<float> b)
    {
        var (low, high) = Vector128.Widen(Vector128.Abs(a));
        var (lowB, highB) = Vector128.Widen(b);
        var size = Vector128.Narrow(Vector128.Exp(lowB * Vector128.Log(low)), Vector128.Exp(highB * Vector128.Log(high)));
        var half = b * 0.5f;
        var odd = ~Vector128.Equals(Vector128.Floor(half), half) & Vector128.LessThan(Vector128.Abs(b), Vector128.Create(OddEnd));
        var whole = Vector128.Equals(Vector128.Floor(b), b);
        var minus = Vector128.Create(-0f);
        var signed = Vector128.ConditionalSelect(odd & whole, size | (a & minus), size);
        var below = Vector128.LessThan(a, Vector128<float>.Zero) & ~Vector128.Equals(a, Vector128.Create(float.NegativeInfinity));
        var result = Vector128.ConditionalSelect(below & ~whole, Vector128.Create(float.NaN), signed);
        var one = Vector128.Create(1f);
        var unit = Vector128.Equals(b, Vector128<float>.Zero) | Vector128.Equals(a, one)
            | (Vector128.Equals(a, -one) & Vector128.Equals(Vector128.Abs(b), Vector128.Create(float.PositiveInfinity)));
        return Vector128.ConditionalSelect(unit, one, result);
    }

    /// <summary>a to the power of b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Compute(Vector256<float> a, Vector256<float> b)
    {
        var (low, high) = Vector256.Widen(Vector256.Abs(a));
        var (lowB, highB) = Vector256.Widen(b);
        var size = Vector256.Narrow(Vector256.Exp(lowB * Vector256.Log(low)), Vector256.Exp(highB * Vector256.Log(high)));
        var half = b * 0.5f;
        var odd = ~Vector256.Equals(Vector256.Floor(half), half) & Vector256.LessThan(Vector256.Abs(b), Vector256.Create(OddEnd));
        var whole = Vector256.Equals(Vector256.Floor(b), b);
        var minus = Vector256.Create(-0f);
        var signed = Vector256.ConditionalSelect(odd & whole, size | (a & minus), size);
        var below = Vector256.LessThan(a, Vector256<float>.Zero) & ~Vector256.Equals(a, Vector256.Create(float.NegativeInfinity));
        var result = Vector256.ConditionalSelect(below & ~whole, Vector256.Create(float.NaN), signed);
        var one = Vector256.Create(1f);
        var unit = Vector256.Equals(b, Vector256<float>.Zero) | Vector256.Equals(a, one)
            | (Vector256.Equals(a, -one) & Vector256.Equals(Vector256.Abs(b), Vector256.Create(float.PositiveInfinity)));
        return Vector256.ConditionalSelect(unit, one, result);
    }

    /// <summary>a to the power of b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Compute(Vector512<float> a, Vector512<float> b)
    {
        var (low, high) = Vector512.Widen(Vector512.Abs(a));
        var (lowB, highB) = Vector512.Widen(b);
        var size = Vector512.Narrow(Vector512.Exp(lowB * Vector512.Log(low)), Vector512.Exp(highB * Vector512.Log(high)));
        var half = b * 0.5f;
        var odd = ~Vector512.Equals(Vector512.Floor(half), half) & Vector512.LessThan(Vector512.Abs(b), Vector512.Create(OddEnd));
        var whole = Vector512.Equals(Vector512.Floor(b), b);
        var minus = Vector512.Create(-0f);
        var signed = Vector512.ConditionalSelect(odd & whole, size | (a & minus), size);
        var below = Vector512.LessThan(a, Vector512<float>.Zero) & ~Vector512.Equals(a, Vector512.Create(float.NegativeInfinity));
        var result = Vector512.ConditionalSelect(below & ~whole, Vector512.Create(float.NaN), signed);
        var one = Vector512.Create(1f);
        var unit = Vector512.Equals(b, Vector512<float>.Zero) | Vector512.Equals(a, one)
            | (Vector512.Equals(a, -one) & Vector512.Equals(Vector512.Abs(b), Vector512.Create(float.PositiveInfinity)));
        return Vector512.ConditionalSelect(unit, one, result);
    }
}
