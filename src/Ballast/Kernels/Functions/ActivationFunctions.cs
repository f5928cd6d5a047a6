using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>max(x, 0), not a number where x is none, of which g where x is not 0 or less is the gradient.</summary>
readonly struct ReluActivation : IActivation
{
    public static bool KeepsResult => true;

    public static bool TakesEither => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged => S.Max(x, S.Broadcast(0));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Gradient<S, V>(V kept, V gradient) where S : struct, ISimd<V> where V : unmanaged => S.WherePositive(kept, gradient);
}

/// <summary>x where x > 0, else slope x.</summary>
readonly struct LeakyReluActivation(float slope) : IActivation
{
    public static bool KeepsResult => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged =>
        S.Select(S.GreaterOrNaN(x, S.Broadcast(0)), x, S.Multiply(x, S.Broadcast(slope)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Gradient<S, V>(V x, V gradient) where S : struct, ISimd<V> where V : unmanaged
    {
        V below = S.Multiply(gradient, S.Broadcast(slope));
        return S.Select(S.Equal(x, x), S.Select(S.GreaterOrNaN(x, S.Broadcast(0)), gradient, below), below);
    }
}

/// <summary>1 / (1 + e^-x), of which g y (1 - y) is the gradient.</summary>
readonly struct SigmoidActivation : IActivation
{
    public static bool KeepsResult => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged =>
        SpecialFunctions.Logistic<S, V>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Gradient<S, V>(V y, V gradient) where S : struct, ISimd<V> where V : unmanaged =>
        S.Multiply(gradient, S.Multiply(y, S.Subtract(S.Broadcast(1), y)));
}

/// <summary>tanh x, of which g (1 - y^2) is the gradient.</summary>
readonly struct TanhActivation : IActivation
{
    public static bool KeepsResult => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged =>
        SpecialFunctions.HyperbolicTangent<S, V>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Gradient<S, V>(V y, V gradient) where S : struct, ISimd<V> where V : unmanaged
    {
        V one = S.Broadcast(1);
        return S.Multiply(gradient, S.Multiply(S.Subtract(one, y), S.Add(one, y)));
    }
}

/// <summary>x s with s = 1 / (1 + e^-x), of which g s (1 + x (1 - s)) is the gradient.</summary>
readonly struct SiluActivation : IActivation
{
    public static bool KeepsResult => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged =>
        S.Multiply(x, SpecialFunctions.Logistic<S, V>(x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Gradient<S, V>(V x, V gradient) where S : struct, ISimd<V> where V : unmanaged
    {
        // Of s and 1 - s the smaller one as e^-|x| times the larger: a difference from 1, x times as large, would lose digits.
        V one = S.Broadcast(1), zero = S.Broadcast(0), positive = S.GreaterOrUnordered(x, zero);
        V e = ExponentialFunction.UpToZero<S, V>(S.Subtract(zero, S.Abs(x))), large = S.Divide(one, S.Add(one, e)), small = S.Multiply(e, large);
        V s = S.Select(positive, large, small), rest = S.Select(positive, small, large);
        return S.Multiply(gradient, S.Multiply(s, S.Fma(x, rest, one)));
    }
}

/// <summary>x P(x) with P the standard normal distribution and p its density, of which g (P(x) + x p(x)) is the gradient.
/// </summary>
readonly struct GeluActivation : IActivation
{
    public static bool KeepsResult => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged =>
        SpecialFunctions.Gelu<S, V>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Gradient<S, V>(V x, V gradient) where S : struct, ISimd<V> where V : unmanaged
    {
        V probability = SpecialFunctions.NormalDistribution<S, V>(x, out V density);
        return S.Multiply(gradient, S.Fma(x, density, probability));
    }
}

/// <summary>x (1 + t) / 2 with t = tanh u, u = sqrt(2 / pi) (x + 0.044715 x^3), of which
/// g ((1 + t) + x (1 - t^2) u') / 2 is the gradient.</summary>
readonly struct TanhGeluActivation : IActivation
{
    const float RootOfTwoOverPi = 0.797884561f;
    const float Cubic = 0.044715f;

    public static bool KeepsResult => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged
    {
        V half = S.Multiply(x, S.Broadcast(0.5f));
        return S.Fma(half, Bent<S, V>(x), half);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Gradient<S, V>(V x, V gradient) where S : struct, ISimd<V> where V : unmanaged
    {
        V one = S.Broadcast(1), t = Bent<S, V>(x);
        V slope = S.Fma(S.Multiply(x, x), S.Broadcast(3 * Cubic * RootOfTwoOverPi), S.Broadcast(RootOfTwoOverPi));
        V rest = S.Multiply(S.Multiply(S.Subtract(one, t), S.Add(one, t)), S.Multiply(x, slope));
        return S.Multiply(S.Multiply(gradient, S.Broadcast(0.5f)), S.Add(S.Add(one, t), rest));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Bent<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged
    {
        V factor = S.Fma(S.Multiply(x, x), S.Broadcast(Cubic * RootOfTwoOverPi), S.Broadcast(RootOfTwoOverPi));
        return SpecialFunctions.HyperbolicTangent<S, V>(S.Multiply(x, factor));
    }
}

/// <summary>The error function, of which 2 / sqrt(pi) g e^(-x^2) is the gradient.</summary>
readonly struct ErfActivation : IActivation
{
    public static bool KeepsResult => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged =>
        SpecialFunctions.Erf<S, V>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Gradient<S, V>(V x, V gradient) where S : struct, ISimd<V> where V : unmanaged =>
        S.Multiply(S.Multiply(gradient, S.Broadcast(1.12837917f)), S.Exp(S.Multiply(x, S.Subtract(S.Broadcast(0), x))));
}
