using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>The angle whose sine is x, of which g / sqrt(1 - x^2) is the gradient.</summary>
readonly struct ArcSineFunction : IActivation
{
    public static bool KeepsResult => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged => SpecialFunctions.Angle<S, V>(x, Arc.Root<S, V>(x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Gradient<S, V>(V x, V gradient) where S : struct, ISimd<V> where V : unmanaged => S.Divide(gradient, Arc.Root<S, V>(x));
}

/// <summary>The angle whose cosine is x, of which -g / sqrt(1 - x^2) is the gradient.</summary>
readonly struct ArcCosineFunction : IActivation
{
    public static bool KeepsResult => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged => SpecialFunctions.Angle<S, V>(Arc.Root<S, V>(x), x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Gradient<S, V>(V x, V gradient) where S : struct, ISimd<V> where V : unmanaged =>
        S.Divide(S.Subtract(S.Broadcast(0), gradient), Arc.Root<S, V>(x));
}

/// <summary>The angle whose tangent is x, of which g / (1 + x^2) is the gradient.</summary>
readonly struct ArcTangentFunction : IActivation
{
    public static bool KeepsResult => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged => SpecialFunctions.Angle<S, V>(x, S.Broadcast(1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Gradient<S, V>(V x, V gradient) where S : struct, ISimd<V> where V : unmanaged =>
        S.Divide(gradient, S.Fma(x, x, S.Broadcast(1)));
}

/// <summary>What the inverse functions of angles are made of.</summary>
static class Arc
{
    /// <summary>sqrt(1 - x^2), with all digits near 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Root<S, V>(V x)
        where S : struct, ISimd<V>
        where V : unmanaged =>
        S.Sqrt(S.Multiply(S.Subtract(S.Broadcast(1), x), S.Add(S.Broadcast(1), x)));
}
