using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>e^x in single precision, at most 0.8 units of the last place from the exact value, and exactly 1 at 0. The system's own
/// goes by way of double, which takes three times as long.</summary>
/// <remarks>A result below 2^-126 is 0: a processor takes a hundred cycles for a smaller one, and the values that a mask lowers all have
/// such results.</remarks>
static class ExponentialFunction
{
    // e^89 is above the largest float; the whole numbers nearest to the lowest two by ln 2 are -126 and -127.
    const float Largest = 89;
    const float Least = -87.3f;
    const float LeastUpToZero = -88;

    // 3 2^22 + 127: the sum with a number ends in the bits of the whole number nearest to it, 127 being 0; taken away again, it leaves that.
    const float Magic = 12582912 + 127;

    const float InverseOfLogarithm = 1.44269504f;

    // ln 2 in two parts: the product of the first one and a whole number below 2^15 is exact.
    const float LogarithmOfTwo = 0.693359375f;
    const float Rest = -2.12194440e-4f;

    /// <summary>e^x: infinite from 88.73 on, 0 below -86.99; not a number stays so.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Compute<S, V>(V x)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        // 2^128 is no float: half of the power, and twice what it is multiplied by.
        V magic = S.Broadcast(Magic - 1), low = S.Max(S.Min(x, S.Broadcast(Largest)), S.Broadcast(Least)), shifted = Shifted<S, V>(low, 1, magic);
        V factor = Factor<S, V>(low, S.Subtract(shifted, magic));
        return S.Multiply(S.Add(factor, factor), S.PowerOfTwo(shifted));
    }

    /// <summary>e^x for x up to 88: 0 below -87.68.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V UpToZero<S, V>(V x)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V magic = S.Broadcast(Magic), low = S.Max(x, S.Broadcast(LeastUpToZero)), shifted = Shifted<S, V>(low, 1, magic);
        return S.Multiply(Factor<S, V>(low, S.Subtract(shifted, magic)), S.PowerOfTwo(shifted));
    }

    /// <summary>The same to 1.1 units of the last place, where more would be lost in what follows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Rough<S, V>(V x)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V magic = S.Broadcast(Magic), low = S.Max(x, S.Broadcast(LeastUpToZero)), shifted = Shifted<S, V>(low, 1, magic);
        V n = S.Subtract(shifted, magic), r = S.Fma(n, S.Broadcast(-Rest), S.Fma(n, S.Broadcast(-LogarithmOfTwo), low));
        return S.Multiply(S.Add(S.Broadcast(1), S.Fma(S.Multiply(r, r), Polynomial<S, V>(r), r)), S.PowerOfTwo(shifted));
    }

    /// <summary>n, the whole number nearest to <paramref name="factor"/> x / ln 2, and 2^n: 0 for n = -127.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Whole<S, V>(V x, float factor, out V power)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V magic = S.Broadcast(Magic), shifted = Shifted<S, V>(x, factor, magic);
        power = S.PowerOfTwo(shifted);
        return S.Subtract(shifted, magic);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Shifted<S, V>(V x, float factor, V magic)
        where S : struct, ISimd<V>
        where V : unmanaged => S.Fma(x, S.Broadcast(factor * InverseOfLogarithm), magic);

    // e^x / 2^n = 1 + r + r^2 P(r), with x = n ln 2 + r. P was fitted for the least largest error. What the roundings of r and of 1 + r
    // leave over is added at last: of the error, half a unit is the final rounding.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Factor<S, V>(V x, V n)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        x = S.Fma(n, S.Broadcast(-LogarithmOfTwo), x);
        V rest = S.Multiply(n, S.Broadcast(-Rest)), r = S.Add(x, rest), lost = S.Subtract(rest, S.Subtract(r, x));
        V one = S.Broadcast(1), sum = S.Add(one, r);
        return S.Add(sum, S.Fma(S.Multiply(r, r), Polynomial<S, V>(r), S.Add(S.Subtract(r, S.Subtract(sum, one)), lost)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Polynomial<S, V>(V r)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V p = S.Broadcast(0.00138116779f);
        p = S.Fma(p, r, S.Broadcast(0.00837013591f));
        p = S.Fma(p, r, S.Broadcast(0.0416685268f));
        p = S.Fma(p, r, S.Broadcast(0.166665092f));
        return S.Fma(p, r, S.Broadcast(0.49999994f));
    }
}
