using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>max(x scale + shift, bound), with scale = gamma / sqrt(mean x^2 + eps), shift = beta, bound = tau.</summary>
readonly struct FilterResponseMap : ISampleMap
{
    public static bool ReadsGradient => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V x, V gradient, in SampleConstants<V> k)
        where S : struct, ISimd<V> where V : unmanaged => S.Max(S.Fma(x, k.Scale, k.Shift), k.Bound);

    /// <summary>What of the gradient passes the threshold: all above it, half at it, as PyTorch's <c>maximum</c> has it.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Pass<S, V>(V x, V gradient, in SampleConstants<V> k)
        where S : struct, ISimd<V> where V : unmanaged
    {
        V y = S.Fma(x, k.Scale, k.Shift), zero = S.Broadcast(0);
        V below = S.Select(S.Equal(y, k.Bound), S.Multiply(gradient, S.Broadcast(0.5f)), zero);
        return S.Select(S.GreaterOrNaN(y, k.Bound), gradient, below);
    }
}

/// <summary>The sums of the gradient p that passes, of p x, and of what does not pass.</summary>
readonly struct FilterResponseTerm : ISampleTerm
{
    public static bool ReadsGradient => true;

    public static int Count => 3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add<S, V>(
        V x, V gradient, in SampleConstants<V> k, ref V first, ref V second, ref V third, ref V fourth, ref V fifth)
        where S : struct, ISimd<V> where V : unmanaged
    {
        V passed = FilterResponseMap.Pass<S, V>(x, gradient, k);
        first = S.Add(first, passed);
        second = S.Fma(passed, x, second);
        third = S.Add(third, S.Subtract(gradient, passed));
    }
}

/// <summary>p scale + x slope, with p the gradient that passes.</summary>
readonly struct FilterResponseGradient : ISampleMap
{
    public static bool ReadsGradient => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V x, V gradient, in SampleConstants<V> k)
        where S : struct, ISimd<V> where V : unmanaged =>
        S.Fma(FilterResponseMap.Pass<S, V>(x, gradient, k), k.Scale, S.Multiply(x, k.Slope));
}
