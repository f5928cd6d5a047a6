using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>e^x in single precision, at most 0.8 units of the last place from the exact value, and exactly 1 at 0. The system's own
/// goes by way of double, which takes three times as long.</summary>
static class ExponentialFunction
{
    // e^-104 is nearer to 0 than to the smallest float, e^89 is above the largest one.
    const float Least = -104;
    const float Largest = 89;

    // 3 2^22: added to a number and taken away again, it rounds it to a whole one.
    const float Magic = 12582912;

    const float InverseOfLogarithm = 1.44269504f;

    // ln 2 in two parts: the product of the first one and a whole number below 2^15 is exact.
    const float LogarithmOfTwo = 0.693359375f;
    const float Rest = -2.12194440e-4f;

    /// <summary>e^x: infinite from 88.73 on, below -87.3 with fewer digits, 0 below -103.97; not a number stays so.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Compute<S, V>(V x)
        where S : struct, ISimd<V>
        where V : unmanaged => UpToZero<S, V>(S.Min(x, S.Broadcast(Largest)));

    /// <summary>e^x for x that is known not to be large, as 2^n (1 + r + r^2 P(r)) with x = n ln 2 + r. P was fitted for the least largest
    /// error. What the roundings of r and of 1 + r leave over is added at last: of the error, half a unit is the final rounding.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V UpToZero<S, V>(V x)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V n = Power<S, V>(ref x), rest = S.Multiply(n, S.Broadcast(-Rest));
        V r = S.Add(x, rest), lost = S.Subtract(rest, S.Subtract(r, x)), one = S.Broadcast(1), sum = S.Add(one, r);
        V tail = S.Fma(S.Multiply(r, r), Polynomial<S, V>(r), S.Add(S.Subtract(r, S.Subtract(sum, one)), lost));
        return S.Scale(S.Add(sum, tail), n);
    }

    /// <summary>The same to 1.1 units of the last place, where more would be lost in what follows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Rough<S, V>(V x)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V n = Power<S, V>(ref x), r = S.Fma(n, S.Broadcast(-Rest), x);
        return S.Scale(S.Add(S.Broadcast(1), S.Fma(S.Multiply(r, r), Polynomial<S, V>(r), r)), n);
    }

    // The whole number nearest to x / ln 2; x becomes what it leaves over, exactly but for the second part of ln 2.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Power<S, V>(ref V x)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        x = S.Max(x, S.Broadcast(Least));
        V n = Whole<S, V>(x, 1);
        x = S.Fma(n, S.Broadcast(-LogarithmOfTwo), x);
        return n;
    }

    /// <summary>The whole number nearest to <paramref name="factor"/> x / ln 2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Whole<S, V>(V x, float factor)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V magic = S.Broadcast(Magic);
        return S.Subtract(S.Fma(x, S.Broadcast(factor * InverseOfLogarithm), magic), magic);
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
