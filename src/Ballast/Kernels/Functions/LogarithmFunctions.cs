using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>e^x - 1, of which g (y + 1) is the gradient.</summary>
readonly struct Expm1Function : IActivation
{
    public static bool KeepsResult => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged => SpecialFunctions.Expm1<S, V>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Gradient<S, V>(V y, V gradient) where S : struct, ISimd<V> where V : unmanaged =>
        S.Multiply(gradient, S.Add(y, S.Broadcast(1)));
}

/// <summary>ln(1 + x), of which g / (1 + x) is the gradient.</summary>
readonly struct Log1pFunction : IActivation
{
    public static bool KeepsResult => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged => SpecialFunctions.Log1p<S, V>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Gradient<S, V>(V x, V gradient) where S : struct, ISimd<V> where V : unmanaged =>
        S.Divide(gradient, S.Add(x, S.Broadcast(1)));
}

/// <summary>The logarithm to the base 2, of which g / (x ln 2) is the gradient.</summary>
readonly struct Log2Function : IActivation
{
    public static bool KeepsResult => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged => S.Log2(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Gradient<S, V>(V x, V gradient) where S : struct, ISimd<V> where V : unmanaged =>
        S.Divide(gradient, S.Multiply(x, S.Broadcast(0.693147181f)));
}

/// <summary>The logarithm to the base 10, of which g / (x ln 10) is the gradient.</summary>
readonly struct Log10Function : IActivation
{
    public static bool KeepsResult => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged =>
        S.Multiply(S.Log(x), S.Broadcast(0.434294482f));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Gradient<S, V>(V x, V gradient) where S : struct, ISimd<V> where V : unmanaged =>
        S.Divide(gradient, S.Multiply(x, S.Broadcast(2.30258509f)));
}
