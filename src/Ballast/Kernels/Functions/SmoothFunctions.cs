using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>scale x above 0, else factor (e^(rate x) - 1), of which g scale, or g factor rate e^(rate x), is the gradient: ELU, SELU and
/// CELU.</summary>
readonly struct EluFunction(double factor, double scale, double rate) : IActivation
{
    readonly float factor = (float)factor, scale = (float)scale, rate = (float)rate, slope = (float)(factor * rate);

    public static bool KeepsResult => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged
    {
        V below = S.Multiply(S.Broadcast(factor), SpecialFunctions.Expm1<S, V>(S.Multiply(x, S.Broadcast(rate))));
        return S.Select(S.GreaterOrNaN(x, S.Broadcast(0)), S.Multiply(x, S.Broadcast(scale)), below);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Gradient<S, V>(V x, V gradient) where S : struct, ISimd<V> where V : unmanaged
    {
        V below = S.Multiply(S.Broadcast(slope), S.Exp(S.Multiply(x, S.Broadcast(rate))));
        return S.Multiply(gradient, S.Select(S.GreaterOrNaN(x, S.Broadcast(0)), S.Broadcast(scale), below));
    }
}

/// <summary>ln(1 + e^(beta x)) / beta, or x where beta x is above a threshold, of which g / (1 + e^(-beta x)), or g, is the gradient.
/// </summary>
readonly struct SoftplusFunction(double beta, double threshold) : IActivation
{
    readonly float beta = (float)beta, threshold = (float)threshold;

    public static bool KeepsResult => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged
    {
        V factor = S.Broadcast(beta), z = S.Multiply(x, factor);
        V soft = S.Divide(SpecialFunctions.Log1p<S, V>(S.Exp(z)), factor);
        return S.Select(S.GreaterOrNaN(z, S.Broadcast(threshold)), x, soft);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Gradient<S, V>(V x, V gradient) where S : struct, ISimd<V> where V : unmanaged
    {
        V z = S.Multiply(x, S.Broadcast(beta)), limit = S.Broadcast(threshold), soft = S.Multiply(gradient, SpecialFunctions.Logistic<S, V>(z));
        V below = S.GreaterOrNaN(S.Subtract(S.Broadcast(0), z), S.Broadcast(-threshold));
        return S.Select(below, soft, S.Select(S.Equal(z, limit), soft, gradient));
    }
}

/// <summary>ln(1 / (1 + e^-x)), of which g / (1 + e^x) is the gradient.</summary>
readonly struct LogSigmoidFunction : IActivation
{
    public static bool KeepsResult => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged
    {
        V zero = S.Broadcast(0);
        return S.Subtract(S.Min(x, zero), SpecialFunctions.Log1p<S, V>(S.Exp(S.Subtract(zero, S.Abs(x)))));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Gradient<S, V>(V x, V gradient) where S : struct, ISimd<V> where V : unmanaged =>
        S.Multiply(gradient, SpecialFunctions.Logistic<S, V>(S.Subtract(S.Broadcast(0), x)));
}

/// <summary>x t with t = tanh(ln(1 + e^x)), of which g (t + x s (1 - t^2)) is the gradient, where s = 1 / (1 + e^-x).</summary>
readonly struct MishFunction : IActivation
{
    // From here on t is 1.
    const float End = 20;

    public static bool KeepsResult => false;

    // t = n / (n + 2) with n = e^x (e^x + 2).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged
    {
        V two = S.Broadcast(2), e = S.Exp(S.Min(x, S.Broadcast(End))), n = S.Multiply(e, S.Add(e, two));
        return S.Multiply(x, S.Divide(n, S.Add(n, two)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Gradient<S, V>(V x, V gradient) where S : struct, ISimd<V> where V : unmanaged
    {
        V one = S.Broadcast(1), two = S.Broadcast(2), e = S.Exp(S.Min(x, S.Broadcast(End))), n = S.Multiply(e, S.Add(e, two));
        V rest = S.Divide(two, S.Add(n, two)), t = S.Divide(n, S.Add(n, two)), s = S.Divide(e, S.Add(e, one));
        V slope = S.Fma(S.Multiply(x, s), S.Multiply(rest, S.Add(one, t)), t);
        V below = S.GreaterOrNaN(S.Subtract(S.Broadcast(0), x), S.Broadcast(-End));
        return S.Select(below, S.Multiply(gradient, slope), gradient);
    }
}

/// <summary>x / (1 + |x|), of which g / (1 + |x|)^2 is the gradient.</summary>
readonly struct SoftsignFunction : IActivation
{
    public static bool KeepsResult => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged => S.Divide(x, S.Add(S.Broadcast(1), S.Abs(x)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Gradient<S, V>(V x, V gradient) where S : struct, ISimd<V> where V : unmanaged
    {
        V size = S.Add(S.Broadcast(1), S.Abs(x));
        return S.Divide(S.Divide(gradient, size), size);
    }
}

/// <summary>x - tanh x, of which g tanh^2 x is the gradient.</summary>
readonly struct TanhshrinkFunction : IActivation
{
    public static bool KeepsResult => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged =>
        S.Subtract(x, SpecialFunctions.HyperbolicTangent<S, V>(x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Gradient<S, V>(V x, V gradient) where S : struct, ISimd<V> where V : unmanaged
    {
        V t = SpecialFunctions.HyperbolicTangent<S, V>(x);
        return S.Multiply(gradient, S.Multiply(t, t));
    }
}
