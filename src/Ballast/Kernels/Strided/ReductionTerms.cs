using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>1 where x is y, or neither is a number; 0 elsewhere.</summary>
readonly struct SameValue : IBinary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V x, V y) where S : struct, ISimd<V> where V : unmanaged => Choose<S, V>(x, y, S.Broadcast(1));

    /// <summary>A value where x is y, or neither is a number; 0 elsewhere.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Choose<S, V>(V x, V y, V value) where S : struct, ISimd<V> where V : unmanaged
    {
        V zero = S.Broadcast(0);
        return S.Select(S.Equal(x, x), S.Select(S.Equal(x, y), value, zero), S.Select(S.Equal(y, y), zero, value));
    }
}

/// <summary>z where x is y, or neither is a number; 0 elsewhere.</summary>
readonly struct ShareOfSame : ITernary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V x, V y, V z) where S : struct, ISimd<V> where V : unmanaged => SameValue.Choose<S, V>(x, y, z);
}

/// <summary>1 where |x| is y, or neither is a number; 0 elsewhere.</summary>
readonly struct SameMagnitude : IBinary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V x, V y) where S : struct, ISimd<V> where V : unmanaged =>
        SameValue.Choose<S, V>(Magnitude.Of<S, V>(x), y, S.Broadcast(1));
}

/// <summary>z with the sign of x where |x| is y, or neither is a number; 0 elsewhere.</summary>
readonly struct ShareOfSameMagnitude : ITernary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V x, V y, V z) where S : struct, ISimd<V> where V : unmanaged =>
        SameValue.Choose<S, V>(Magnitude.Of<S, V>(x), y, Magnitude.Signed<S, V>(x, z));
}

/// <summary>|x|, whatever y is.</summary>
readonly struct Magnitude : IBinary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V x, V y) where S : struct, ISimd<V> where V : unmanaged => Of<S, V>(x);

    /// <summary>|x|.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged => S.Max(x, S.Subtract(S.Broadcast(0), x));

    /// <summary>y with the sign of x; 0 where x is 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Signed<S, V>(V x, V y) where S : struct, ISimd<V> where V : unmanaged
    {
        V zero = S.Broadcast(0), negative = S.Subtract(zero, y);
        return S.Select(S.Equal(x, zero), zero, S.Select(S.GreaterOrNaN(x, zero), y, negative));
    }
}

/// <summary>y with the sign of x; 0 where x is 0.</summary>
readonly struct WithSignOf : IBinary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V x, V y) where S : struct, ISimd<V> where V : unmanaged => Magnitude.Signed<S, V>(x, y);
}

/// <summary>x^2, whatever y is.</summary>
readonly struct SquareOfFirst : IBinary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V x, V y) where S : struct, ISimd<V> where V : unmanaged => S.Multiply(x, x);
}

/// <summary>0 where x is 0, 1 elsewhere, whatever y is.</summary>
readonly struct IsNotZero : IBinary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V x, V y) where S : struct, ISimd<V> where V : unmanaged
    {
        V zero = S.Broadcast(0);
        return S.Select(S.Equal(x, zero), zero, S.Broadcast(1));
    }
}

/// <summary>|x|^y.</summary>
readonly struct MagnitudePower : IBinary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V x, V y) where S : struct, ISimd<V> where V : unmanaged =>
        S.Exp(S.Multiply(y, S.Log(Magnitude.Of<S, V>(x))));
}

/// <summary>z |x|^y with the sign of x; 0 where x is 0.</summary>
readonly struct SignedPower : ITernary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V x, V y, V z) where S : struct, ISimd<V> where V : unmanaged =>
        Magnitude.Signed<S, V>(x, S.Multiply(MagnitudePower.Apply<S, V>(x, y), z));
}

/// <summary>(x - y)^2.</summary>
readonly struct SquaredDifference : IBinary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V x, V y) where S : struct, ISimd<V> where V : unmanaged
    {
        V difference = S.Subtract(x, y);
        return S.Multiply(difference, difference);
    }
}

/// <summary>(x - y) z.</summary>
readonly struct ScaledDifference : ITernary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V x, V y, V z) where S : struct, ISimd<V> where V : unmanaged => S.Multiply(S.Subtract(x, y), z);
}

/// <summary>exp(x - y).</summary>
readonly struct ExponentialOfDifference : IBinary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V x, V y) where S : struct, ISimd<V> where V : unmanaged => S.Exp(S.Subtract(x, y));
}

/// <summary>z exp(x - y).</summary>
readonly struct ScaledExponential : ITernary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V x, V y, V z) where S : struct, ISimd<V> where V : unmanaged =>
        S.Multiply(S.Exp(S.Subtract(x, y)), z);
}
