using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>The hyperbolic sine, of which g cosh x is the gradient.</summary>
readonly struct HyperbolicSineFunction : IActivation
{
    public static bool KeepsResult => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged => Hyperbolic.Sine<S, V>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Gradient<S, V>(V x, V gradient) where S : struct, ISimd<V> where V : unmanaged => S.Multiply(gradient, Hyperbolic.Cosine<S, V>(x));
}

/// <summary>The hyperbolic cosine, of which g sinh x is the gradient.</summary>
readonly struct HyperbolicCosineFunction : IActivation
{
    public static bool KeepsResult => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged => Hyperbolic.Cosine<S, V>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Gradient<S, V>(V x, V gradient) where S : struct, ISimd<V> where V : unmanaged => S.Multiply(gradient, Hyperbolic.Sine<S, V>(x));
}

/// <summary>The inverse of the hyperbolic sine, of which g / sqrt(x^2 + 1) is the gradient.</summary>
readonly struct InverseHyperbolicSineFunction : IActivation
{
    public static bool KeepsResult => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged
    {
        V a = S.Abs(x), one = S.Broadcast(1), square = S.Multiply(a, a);
        V near = SpecialFunctions.Log1p<S, V>(S.Add(a, S.Divide(square, S.Add(one, S.Sqrt(S.Add(square, one))))));
        V y = S.Select(S.GreaterOrNaN(a, S.Broadcast(Hyperbolic.Far)), S.Add(S.Log(a), S.Broadcast(Hyperbolic.Ln2)), near);
        return Hyperbolic.Signed<S, V>(x, y);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Gradient<S, V>(V x, V gradient) where S : struct, ISimd<V> where V : unmanaged =>
        S.Divide(gradient, S.Sqrt(S.Fma(x, x, S.Broadcast(1))));
}

/// <summary>The inverse of the hyperbolic cosine, of which g / sqrt(x^2 - 1) is the gradient.</summary>
readonly struct InverseHyperbolicCosineFunction : IActivation
{
    public static bool KeepsResult => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged
    {
        V above = S.Subtract(x, S.Broadcast(1)), root = S.Sqrt(S.Multiply(above, S.Add(x, S.Broadcast(1))));
        V near = SpecialFunctions.Log1p<S, V>(S.Add(above, root));
        return S.Select(S.GreaterOrNaN(x, S.Broadcast(Hyperbolic.Far)), S.Add(S.Log(x), S.Broadcast(Hyperbolic.Ln2)), near);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Gradient<S, V>(V x, V gradient) where S : struct, ISimd<V> where V : unmanaged =>
        S.Divide(gradient, S.Sqrt(S.Fma(S.Subtract(x, S.Broadcast(1)), S.Add(x, S.Broadcast(1)), S.Broadcast(0)))); // + 0: never -0
}

/// <summary>The inverse of the hyperbolic tangent, of which g / (1 - x^2) is the gradient.</summary>
readonly struct InverseHyperbolicTangentFunction : IActivation
{
    public static bool KeepsResult => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged
    {
        V a = S.Abs(x), ratio = S.Divide(S.Add(a, a), S.Subtract(S.Broadcast(1), a));
        return Hyperbolic.Signed<S, V>(x, S.Multiply(S.Broadcast(0.5f), SpecialFunctions.Log1p<S, V>(ratio)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Gradient<S, V>(V x, V gradient) where S : struct, ISimd<V> where V : unmanaged =>
        S.Divide(gradient, S.Multiply(S.Subtract(S.Broadcast(1), x), S.Add(S.Broadcast(1), x)));
}

/// <summary>What the hyperbolic functions are made of.</summary>
static class Hyperbolic
{
    /// <summary>ln 2.</summary>
    public const float Ln2 = 0.693147181f;

    /// <summary>From here on 1 beside x^2 changes no digit of a logarithm.</summary>
    public const float Far = 4096;

    // From here on the smaller exponential changes no digit, and the larger one is taken in two factors, each of which a float holds.
    const float Large = 20;

    /// <summary>sinh x, with all digits near 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Sine<S, V>(V x)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V a = S.Abs(x), e = SpecialFunctions.Expm1<S, V>(a), half = S.Broadcast(0.5f);
        V near = S.Multiply(half, S.Add(e, S.Divide(e, S.Add(e, S.Broadcast(1)))));
        return Signed<S, V>(x, S.Select(S.GreaterOrNaN(a, S.Broadcast(Large)), HalfExponential<S, V>(a), near));
    }

    /// <summary>cosh x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Cosine<S, V>(V x)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V a = S.Abs(x), e = S.Exp(a);
        V near = S.Multiply(S.Broadcast(0.5f), S.Add(e, S.Divide(S.Broadcast(1), e)));
        return S.Select(S.GreaterOrNaN(a, S.Broadcast(Large)), HalfExponential<S, V>(a), near);
    }

    /// <summary>y with the sign of x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Signed<S, V>(V x, V y)
        where S : struct, ISimd<V>
        where V : unmanaged =>
        S.Select(S.GreaterOrNaN(S.Broadcast(0), x), S.Subtract(S.Broadcast(0), y), y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V HalfExponential<S, V>(V a)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V root = S.Exp(S.Multiply(a, S.Broadcast(0.5f)));
        return S.Multiply(S.Multiply(root, S.Broadcast(0.5f)), root);
    }
}
