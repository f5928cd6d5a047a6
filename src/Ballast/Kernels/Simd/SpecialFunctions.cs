using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>Functions that activations are made of, a few units of the last place from the exact values. The polynomials were
/// fitted to the functions in high precision, for the least largest error.</summary>
static class SpecialFunctions
{
    // Below these a polynomial in x^2, above them an exponential.
    const float TanhSwitch = 0.625f;
    const float ErfSwitch = 0.92f;

    // erfc(11) is less than the smallest float.
    const float ErfcEnd = 11;

    // e^(-x^2 / 2) is 0 from here on, as a power of 2 below -126.5 is: it and the probability beyond are below 2^-126.
    const float NormalEnd = 13.268f;

    /// <summary>1 / (1 + e^-x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Logistic<S, V>(V x)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V one = S.Broadcast(1);
        return S.Divide(one, S.Add(one, S.Exp(Negative<S, V>(x))));
    }

    /// <summary>The hyperbolic tangent: x + x^3 P(x^2), or 1 - 2 / (e^2x + 1) with the sign of x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V HyperbolicTangent<S, V>(V x)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V one = S.Broadcast(1), two = S.Broadcast(2), size = Absolute<S, V>(x), square = S.Multiply(x, x);
        V p = S.Broadcast(-0.00570542924f);
        p = S.Fma(p, square, S.Broadcast(0.0206395369f));
        p = S.Fma(p, square, S.Broadcast(-0.0537398756f));
        p = S.Fma(p, square, S.Broadcast(0.133314446f));
        p = S.Fma(p, square, S.Broadcast(-0.333332807f));
        V small = S.Fma(S.Multiply(p, square), x, x);
        V large = S.Subtract(one, S.Divide(two, S.Add(S.Exp(S.Add(size, size)), one)));
        return S.Select(S.GreaterOrUnordered(size, S.Broadcast(TanhSwitch)), WithSign<S, V>(large, x), small);
    }

    /// <summary>e^x - 1, as tanh(x / 2) (e^x + 1): no digits are lost near 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Expm1<S, V>(V x)
        where S : struct, ISimd<V>
        where V : unmanaged =>
        S.Multiply(HyperbolicTangent<S, V>(S.Multiply(x, S.Broadcast(0.5f))), S.Add(S.Exp(x), S.Broadcast(1)));

    /// <summary>ln(1 + x): the logarithm of u, which 1 + x is rounded to, times x / (u - 1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Log1p<S, V>(V x)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V one = S.Broadcast(1), u = S.Add(one, x), log = S.Log(u);
        V corrected = S.Multiply(log, S.Divide(x, S.Subtract(u, one)));
        return S.Select(S.Equal(u, one), x, S.Select(S.Equal(x, S.Broadcast(float.PositiveInfinity)), x, corrected));
    }

    /// <summary>The angle of the point (x, y), from -pi to pi: the arc tangent of the smaller size by the larger, turned into its octant.
    /// The polynomial is that of the Cephes library.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Angle<S, V>(V y, V x)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V zero = S.Broadcast(0), one = S.Broadcast(1), width = S.Abs(x), height = S.Abs(y), steep = S.GreaterOrNaN(height, width);
        V large = S.Select(steep, height, width), small = S.Select(steep, width, height);
        V ratio = S.Select(S.Equal(small, large), one, S.Divide(small, large));
        ratio = S.Select(S.Equal(large, zero), zero, ratio);
        V far = S.GreaterOrNaN(ratio, S.Broadcast(0.414213562f));
        V t = S.Select(far, S.Divide(S.Subtract(ratio, one), S.Add(ratio, one)), ratio), square = S.Multiply(t, t);
        V p = S.Broadcast(8.05374449538e-2f);
        p = S.Fma(p, square, S.Broadcast(-1.38776856032e-1f));
        p = S.Fma(p, square, S.Broadcast(1.99777106478e-1f));
        p = S.Fma(p, square, S.Broadcast(-3.33329491539e-1f));
        V angle = S.Fma(S.Multiply(p, square), t, t);
        angle = S.Select(far, S.Add(angle, S.Broadcast(MathF.PI / 4)), angle);
        angle = S.Select(steep, S.Subtract(S.Broadcast(MathF.PI / 2), angle), angle);
        angle = S.Select(IsMinus<S, V>(x), S.Subtract(S.Broadcast(MathF.PI), angle), angle);
        angle = S.Select(IsMinus<S, V>(y), S.Subtract(zero, angle), angle);
        return S.Select(S.Equal(x, x), S.Select(S.Equal(y, y), angle, y), x);
    }

    // A mask: x is below zero, or the zero below zero.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V IsMinus<S, V>(V x)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V zero = S.Broadcast(0);
        return S.Select(S.Equal(x, zero), S.GreaterOrNaN(zero, S.Divide(S.Broadcast(1), x)), S.GreaterOrNaN(zero, x));
    }

    /// <summary>The error function, 2 / sqrt(pi) times the integral of e^-t^2 from 0 to x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Erf<S, V>(V x)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V size = Absolute<S, V>(x);
        V large = WithSign<S, V>(S.Subtract(S.Broadcast(1), LargeErfc<S, V>(size)), x);
        return S.Select(S.GreaterOrUnordered(size, S.Broadcast(ErfSwitch)), large, SmallErf<S, V>(x));
    }

    /// <summary>x times the standard normal distribution, the probability of a value up to x: what is above zero of x, less |x| times the
    /// probability of a value beyond |x|.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Gelu<S, V>(V x)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V size = S.Min(S.Abs(x), S.Broadcast(NormalEnd));
        return S.Fma(size, MinusNormalTail<S, V>(size, out _), S.Max(x, S.Broadcast(0)));
    }

    /// <summary>The standard normal distribution, the probability of a value up to x, and its density e^(-x^2 / 2) / sqrt(2 pi).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V NormalDistribution<S, V>(V x, out V density)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V minus = MinusNormalTail<S, V>(S.Min(S.Abs(x), S.Broadcast(NormalEnd)), out V e);
        density = S.Multiply(e, S.Broadcast(0.398942280f));
        return S.Select(S.GreaterOrUnordered(x, S.Broadcast(0)), S.Add(S.Broadcast(1), minus), Negative<S, V>(minus));
    }

    // Minus the probability of a value beyond t, up to the end, and e^(-t^2 / 2), of which it is a product with a polynomial in
    // 1 / (1 + 0.3 t): that keeps the digits of small probabilities. The exponential is 2^n times a polynomial in twice what n ln 2 leaves over.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V MinusNormalTail<S, V>(V t, out V e)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V one = S.Broadcast(1), square = S.Multiply(t, t), n = ExponentialFunction.Whole<S, V>(square, -0.5f, out V power);
        V r = S.Fma(n, S.Broadcast(1.38629436f), square), q = S.Broadcast(2.15807467e-05f);
        q = S.Fma(q, r, S.Broadcast(-0.000261566747f));
        q = S.Fma(q, r, S.Broadcast(0.00260428293f));
        q = S.Fma(q, r, S.Broadcast(-0.0208331365f));
        q = S.Fma(q, r, S.Broadcast(0.124999985f));
        q = S.Fma(q, r, S.Broadcast(-0.5f));
        e = S.Multiply(S.Fma(q, r, one), power);
        V u = S.Divide(one, S.Fma(t, S.Broadcast(0.3f), one));
        V p = S.Broadcast(-0.0372656845f);
        p = S.Fma(p, u, S.Broadcast(0.163734965f));
        p = S.Fma(p, u, S.Broadcast(-0.217395664f));
        p = S.Fma(p, u, S.Broadcast(0.0635797353f));
        p = S.Fma(p, u, S.Broadcast(-0.133587887f));
        p = S.Fma(p, u, S.Broadcast(-0.0984945856f));
        p = S.Fma(p, u, S.Broadcast(-0.120949015f));
        p = S.Fma(p, u, S.Broadcast(-0.119622469f));
        p = S.Fma(p, u, S.Broadcast(5.80957144e-07f));
        return S.Multiply(p, e);
    }

    // erf(x) = x + x P(x^2) below the switch.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V SmallErf<S, V>(V x)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V square = S.Multiply(x, x);
        V p = S.Broadcast(8.38238775e-05f);
        p = S.Fma(p, square, S.Broadcast(-0.000814559695f));
        p = S.Fma(p, square, S.Broadcast(0.00520128617f));
        p = S.Fma(p, square, S.Broadcast(-0.0268594995f));
        p = S.Fma(p, square, S.Broadcast(0.112836972f));
        p = S.Fma(p, square, S.Broadcast(-0.376126349f));
        p = S.Fma(p, square, S.Broadcast(0.128379166f));
        return S.Fma(p, x, x);
    }

    // erfc(t) = 1 - erf(t) = e^(-t Q(t)) for t above the switch.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V LargeErfc<S, V>(V t)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V negative = S.Max(Negative<S, V>(t), S.Broadcast(-ErfcEnd));
        t = Negative<S, V>(negative);
        V q = S.Broadcast(-2.3994553e-09f);
        q = S.Fma(q, t, S.Broadcast(1.4367474e-07f));
        q = S.Fma(q, t, S.Broadcast(-3.84571149e-06f));
        q = S.Fma(q, t, S.Broadcast(6.09860945e-05f));
        q = S.Fma(q, t, S.Broadcast(-0.000641447084f));
        q = S.Fma(q, t, S.Broadcast(0.00476081995f));
        q = S.Fma(q, t, S.Broadcast(-0.0260219388f));
        q = S.Fma(q, t, S.Broadcast(0.108848073f));
        q = S.Fma(q, t, S.Broadcast(0.633556902f));
        q = S.Fma(q, t, S.Broadcast(1.12904561f));
        return ExponentialFunction.Rough<S, V>(S.Multiply(q, negative));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Negative<S, V>(V x)
        where S : struct, ISimd<V>
        where V : unmanaged => S.Subtract(S.Broadcast(0), x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Absolute<S, V>(V x)
        where S : struct, ISimd<V>
        where V : unmanaged => S.Max(x, Negative<S, V>(x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V WithSign<S, V>(V size, V sign)
        where S : struct, ISimd<V>
        where V : unmanaged => S.Select(S.GreaterOrNaN(S.Broadcast(0), sign), Negative<S, V>(size), size);
}
