using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>A function of pairs of values with its two gradients.</summary>
interface IPairFunction : IBinary
{
    /// <summary>The gradient of x, from both values and the gradient of the result.</summary>
    static abstract V Left<S, V>(V x, V y, V gradient) where S : struct, ISimd<V> where V : unmanaged;

    /// <summary>The gradient of y, from both values and the gradient of the result.</summary>
    static abstract V Right<S, V>(V x, V y, V gradient) where S : struct, ISimd<V> where V : unmanaged;
}

/// <summary>The gradient of x.</summary>
readonly struct LeftGradient<F> : ITernary
    where F : struct, IPairFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V x, V y, V z) where S : struct, ISimd<V> where V : unmanaged => F.Left<S, V>(x, y, z);
}

/// <summary>The gradient of y.</summary>
readonly struct RightGradient<F> : ITernary
    where F : struct, IPairFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V x, V y, V z) where S : struct, ISimd<V> where V : unmanaged => F.Right<S, V>(x, y, z);
}

/// <summary>max(x, y), of which g is the gradient of the larger one, g / 2 of both where they are equal.</summary>
readonly struct MaximumFunction : IPairFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V x, V y) where S : struct, ISimd<V> where V : unmanaged =>
        S.Select(S.GreaterOrNaN(y, x), y, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Left<S, V>(V x, V y, V gradient) where S : struct, ISimd<V> where V : unmanaged => Share<S, V>(x, y, gradient);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Right<S, V>(V x, V y, V gradient) where S : struct, ISimd<V> where V : unmanaged => Share<S, V>(y, x, gradient);

    /// <summary>The gradient of the one that is largest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Share<S, V>(V own, V other, V gradient) where S : struct, ISimd<V> where V : unmanaged
    {
        V shared = S.Select(S.Equal(own, other), S.Multiply(gradient, S.Broadcast(0.5f)), gradient);
        V isSmaller = S.Select(S.Equal(own, own), S.Select(S.Equal(other, other), S.GreaterOrNaN(other, own), S.Broadcast(0)), S.Broadcast(0));
        return S.Select(isSmaller, S.Broadcast(0), shared);
    }
}

/// <summary>min(x, y), of which g is the gradient of the smaller one, g / 2 of both where they are equal.</summary>
readonly struct MinimumFunction : IPairFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V x, V y) where S : struct, ISimd<V> where V : unmanaged
    {
        V isSmaller = S.Select(S.Equal(y, y), S.GreaterOrNaN(x, y), S.Equal(x, x));
        return S.Select(S.Equal(x, x), S.Select(isSmaller, y, x), x);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Left<S, V>(V x, V y, V gradient) where S : struct, ISimd<V> where V : unmanaged => Share<S, V>(x, y, gradient);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Right<S, V>(V x, V y, V gradient) where S : struct, ISimd<V> where V : unmanaged => Share<S, V>(y, x, gradient);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Share<S, V>(V own, V other, V gradient) where S : struct, ISimd<V> where V : unmanaged
    {
        V zero = S.Broadcast(0);
        return MaximumFunction.Share<S, V>(S.Subtract(zero, own), S.Subtract(zero, other), gradient);
    }
}

/// <summary>x^y, of which g y x^(y - 1) and g x^y ln x are the gradients: 0 of x where y is 0, 0 of y where x is 0 and y is not negative.
/// </summary>
readonly struct PowFunction : IPairFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V x, V y) where S : struct, ISimd<V> where V : unmanaged => S.Pow(x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Left<S, V>(V x, V y, V gradient) where S : struct, ISimd<V> where V : unmanaged
    {
        V zero = S.Broadcast(0), slope = S.Multiply(y, S.Pow(x, S.Subtract(y, S.Broadcast(1))));
        return S.Select(S.Equal(y, zero), zero, S.Multiply(gradient, slope));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Right<S, V>(V x, V y, V gradient) where S : struct, ISimd<V> where V : unmanaged
    {
        V zero = S.Broadcast(0), slope = S.Multiply(S.Pow(x, y), S.Log(x));
        V isZero = S.Select(S.Equal(x, zero), S.Select(S.GreaterOrNaN(zero, y), zero, S.Equal(y, y)), zero);
        return S.Select(isZero, zero, S.Multiply(gradient, slope));
    }
}

/// <summary>The angle of the point (x, y) where y is the first value, of which g x / (x^2 + y^2) and -g y / (x^2 + y^2) are the gradients.
/// </summary>
readonly struct Atan2Function : IPairFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V y, V x) where S : struct, ISimd<V> where V : unmanaged => SpecialFunctions.Angle<S, V>(y, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Left<S, V>(V y, V x, V gradient) where S : struct, ISimd<V> where V : unmanaged =>
        S.Multiply(gradient, S.Divide(x, S.Fma(x, x, S.Multiply(y, y))));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Right<S, V>(V y, V x, V gradient) where S : struct, ISimd<V> where V : unmanaged =>
        S.Multiply(S.Subtract(S.Broadcast(0), gradient), S.Divide(y, S.Fma(x, x, S.Multiply(y, y))));
}

/// <summary>x where x > 0, else a x, of which g or g a, and 0 or g x, are the gradients.</summary>
readonly struct PreluFunction : IPairFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V x, V a) where S : struct, ISimd<V> where V : unmanaged =>
        S.Select(S.GreaterOrNaN(x, S.Broadcast(0)), x, S.Multiply(x, a));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Left<S, V>(V x, V a, V gradient) where S : struct, ISimd<V> where V : unmanaged =>
        S.Select(S.GreaterOrNaN(x, S.Broadcast(0)), gradient, S.Multiply(gradient, a));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Right<S, V>(V x, V a, V gradient) where S : struct, ISimd<V> where V : unmanaged =>
        S.Select(S.GreaterOrNaN(x, S.Broadcast(0)), S.Broadcast(0), S.Multiply(gradient, x));
}
