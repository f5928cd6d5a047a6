using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>Logarithms in single precision, at most 0.9 units of the last place from the exact values, and exactly 0 at 1. Minus infinity at 0,
/// not a number below.</summary>
/// <remarks>The system's own is a function that is called for each register in some loops, and takes four times as long there.</remarks>
static class LogarithmFunction
{
    const float LeastNormal = 1.17549435e-38f;

    // ln 2 in two parts: the product of the first one and an exponent is exact.
    const float LogarithmOfTwo = 0.693359375f;
    const float Rest = -2.12194440e-4f;

    // 1 / ln 2 in two parts: the product of the first one and half of a float's digits is exact.
    const float Inverse = 1.4423828125f;
    const float InverseRest = 3.1222841e-4f;

    /// <summary>ln x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Compute<S, V>(V x)
        where S : struct, ISimd<V>
        where V : unmanaged => S.AreNormalAndPositive(x) ? Natural<S, V>(x) : Any<NaturalBase, S, V>(x);

    /// <summary>The logarithm to the base 2: exact for powers of two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V BaseTwo<S, V>(V x)
        where S : struct, ISimd<V>
        where V : unmanaged => S.AreNormalAndPositive(x) ? Two<S, V>(x) : Any<TwoBase, S, V>(x);

    interface IBase
    {
        /// <summary>The logarithm of normal numbers above zero.</summary>
        static abstract V Of<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged;

        /// <summary>The logarithm of 2^23.</summary>
        static abstract float OfScale { get; }
    }

    readonly struct NaturalBase : IBase
    {
        public static float OfScale => 15.9423851f;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Of<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged => Natural<S, V>(x);
    }

    readonly struct TwoBase : IBase
    {
        public static float OfScale => 23;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Of<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged => Two<S, V>(x);
    }

    // Below the normal numbers x is taken 2^23 times. Infinity and what is not a number stay as they are; the rest is no number or, of zero,
    // the limit.
    [MethodImpl(MethodImplOptions.NoInlining)]
    static V Any<B, S, V>(V x)
        where B : struct, IBase
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V zero = S.Broadcast(0), few = S.GreaterOrUnordered(S.Broadcast(LeastNormal), x);
        V log = B.Of<S, V>(S.Select(few, S.Multiply(x, S.Broadcast(1 << 23)), x));
        log = S.Select(few, S.Subtract(log, S.Broadcast(B.OfScale)), log);
        V limited = S.Select(S.GreaterOrUnordered(S.Broadcast(float.PositiveInfinity), x), log, x);
        V below = S.Select(S.Equal(x, zero), S.Broadcast(float.NegativeInfinity), S.Broadcast(float.NaN));
        return S.Select(S.Equal(x, x), S.Select(S.GreaterOrUnordered(x, zero), limited, below), x);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Natural<S, V>(V x)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V f = S.Subtract(S.Mantissa(x), S.Broadcast(1)), e = S.Exponent(x), rest = S.Fma(e, S.Broadcast(Rest), Rounded<S, V>(f));
        return S.Fma(e, S.Broadcast(LogarithmOfTwo), S.Add(f, rest));
    }

    // The whole of ln(1 + f) as a sum of two floats, of which the first has half of the digits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Two<S, V>(V x)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V f = S.Subtract(S.Mantissa(x), S.Broadcast(1)), rounded = Rounded<S, V>(f), sum = S.Add(f, rounded), high = S.HalfOfDigits(sum);
        V low = S.Add(S.Subtract(f, high), rounded);
        V small = S.Fma(low, S.Broadcast(Inverse), S.Multiply(S.Add(high, low), S.Broadcast(InverseRest)));
        return S.Add(S.Fma(high, S.Broadcast(Inverse), small), S.Exponent(x));
    }

    // ln(1 + f) - f = -f^2 / 2 + f^3 P(f). P was fitted for the least largest error.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Rounded<S, V>(V f)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V p = S.Broadcast(0.0674664304f), square = S.Multiply(f, f);
        p = S.Fma(p, f, S.Broadcast(-0.116756566f));
        p = S.Fma(p, f, S.Broadcast(0.118881635f));
        p = S.Fma(p, f, S.Broadcast(-0.124055885f));
        p = S.Fma(p, f, S.Broadcast(0.142195523f));
        p = S.Fma(p, f, S.Broadcast(-0.166679963f));
        p = S.Fma(p, f, S.Broadcast(0.200021192f));
        p = S.Fma(p, f, S.Broadcast(-0.250000089f));
        p = S.Fma(p, f, S.Broadcast(0.333333135f));
        return S.Multiply(square, S.Fma(p, f, S.Broadcast(-0.5f)));
    }
}
