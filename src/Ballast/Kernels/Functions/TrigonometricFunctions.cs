using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>The sine, of which g cos x is the gradient.</summary>
readonly struct SineFunction : IActivation
{
    public static bool KeepsResult => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged => S.Sin(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Gradient<S, V>(V x, V gradient) where S : struct, ISimd<V> where V : unmanaged => S.Multiply(gradient, S.Cos(x));
}

/// <summary>The cosine, of which -g sin x is the gradient.</summary>
readonly struct CosineFunction : IActivation
{
    public static bool KeepsResult => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged => S.Cos(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Gradient<S, V>(V x, V gradient) where S : struct, ISimd<V> where V : unmanaged =>
        S.Multiply(S.Subtract(S.Broadcast(0), gradient), S.Sin(x));
}

/// <summary>The tangent, of which g (1 + y^2) is the gradient.</summary>
readonly struct TangentFunction : IActivation
{
    public static bool KeepsResult => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged => S.Divide(S.Sin(x), S.Cos(x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Gradient<S, V>(V y, V gradient) where S : struct, ISimd<V> where V : unmanaged =>
        S.Multiply(gradient, S.Fma(y, y, S.Broadcast(1)));
}
