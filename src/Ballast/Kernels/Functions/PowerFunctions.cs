using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>x^2, of which 2 g x is the gradient.</summary>
readonly struct SquareFunction : IActivation
{
    public static bool KeepsResult => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged => S.Multiply(x, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Gradient<S, V>(V x, V gradient) where S : struct, ISimd<V> where V : unmanaged => S.Multiply(gradient, S.Add(x, x));
}

/// <summary>1 / x, of which -g y^2 is the gradient.</summary>
readonly struct ReciprocalFunction : IActivation
{
    public static bool KeepsResult => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged => S.Divide(S.Broadcast(1), x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Gradient<S, V>(V y, V gradient) where S : struct, ISimd<V> where V : unmanaged =>
        S.Multiply(S.Subtract(S.Broadcast(0), gradient), S.Multiply(y, y));
}

/// <summary>1 / sqrt(x), of which -g y^3 / 2 is the gradient.</summary>
readonly struct RsqrtFunction : IActivation
{
    public static bool KeepsResult => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged => S.Divide(S.Broadcast(1), S.Sqrt(x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Gradient<S, V>(V y, V gradient) where S : struct, ISimd<V> where V : unmanaged =>
        S.Multiply(S.Multiply(S.Broadcast(-0.5f), gradient), S.Multiply(y, S.Multiply(y, y)));
}

/// <summary>x^a, of which a g x^(a - 1) is the gradient; of x^0 it is 0.</summary>
readonly struct PowerFunction(double exponent) : IActivation
{
    readonly float exponent = (float)exponent, lower = (float)(exponent - 1);

    public static bool KeepsResult => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged => S.Pow(x, S.Broadcast(exponent));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Gradient<S, V>(V x, V gradient) where S : struct, ISimd<V> where V : unmanaged
    {
        V a = S.Broadcast(exponent);
        V slope = S.Multiply(a, S.Pow(x, S.Broadcast(lower)));
        return S.Select(S.Equal(a, S.Broadcast(0)), S.Broadcast(0), S.Multiply(gradient, slope));
    }
}
