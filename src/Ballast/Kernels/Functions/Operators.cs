using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>x + y.</summary>
readonly struct Add : IBinary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V x, V y) where S : struct, ISimd<V> where V : unmanaged => S.Add(x, y);
}

/// <summary>x - y.</summary>
readonly struct Subtract : IBinary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V x, V y) where S : struct, ISimd<V> where V : unmanaged => S.Subtract(x, y);
}

/// <summary>x y.</summary>
readonly struct Multiply : IBinary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V x, V y) where S : struct, ISimd<V> where V : unmanaged => S.Multiply(x, y);
}

/// <summary>x / y.</summary>
readonly struct Divide : IBinary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V x, V y) where S : struct, ISimd<V> where V : unmanaged => S.Divide(x, y);
}

/// <summary>-x / y^2, the derivative of 1 / y times x.</summary>
readonly struct DivideBackward : IBinary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V x, V y) where S : struct, ISimd<V> where V : unmanaged =>
        S.Divide(S.Subtract(S.Broadcast(0), x), S.Multiply(y, y));
}

/// <summary>-x.</summary>
readonly struct Negate : IUnary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged =>
        S.Subtract(S.Broadcast(0), x);
}

/// <summary>exp(x).</summary>
readonly struct Exponential : IUnary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged => S.Exp(x);
}

/// <summary>ln(x).</summary>
readonly struct NaturalLogarithm : IUnary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged => S.Log(x);
}

/// <summary>sqrt(x).</summary>
readonly struct SquareRoot : IUnary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged => S.Sqrt(x);
}

/// <summary>y / (2 x): the gradient y through the result x of <see cref="SquareRoot"/>.</summary>
readonly struct SquareRootBackward : IBinary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V x, V y) where S : struct, ISimd<V> where V : unmanaged =>
        S.Divide(S.Multiply(y, S.Broadcast(0.5f)), x);
}
