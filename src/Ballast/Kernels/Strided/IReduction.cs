using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>An associative way to make one value of many: floats within a piece, then the pieces in double.</summary>
interface IReduction
{
    /// <summary>The value that changes nothing.</summary>
    static abstract float Identity { get; }

    /// <summary>The next values of a piece joined to what there is.</summary>
    static abstract V Join<S, V>(V sofar, V x) where S : struct, ISimd<V> where V : unmanaged;

    /// <summary>Two pieces joined.</summary>
    static abstract double Join(double a, double b);
}

/// <summary>The sum.</summary>
readonly struct SumReduction : IReduction
{
    public static float Identity => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Join<S, V>(V sofar, V x) where S : struct, ISimd<V> where V : unmanaged => S.Add(sofar, x);

    public static double Join(double a, double b) => a + b;
}

/// <summary>The product.</summary>
readonly struct ProductReduction : IReduction
{
    public static float Identity => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Join<S, V>(V sofar, V x) where S : struct, ISimd<V> where V : unmanaged => S.Multiply(sofar, x);

    public static double Join(double a, double b) => a * b;
}

/// <summary>The largest value; not a number where one of them is none.</summary>
readonly struct MaxReduction : IReduction
{
    public static float Identity => float.NegativeInfinity;

    // S.Max keeps a first operand that is no number, and takes the second one otherwise wherever it is not smaller.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Join<S, V>(V sofar, V x) where S : struct, ISimd<V> where V : unmanaged =>
        S.Select(S.GreaterOrNaN(x, sofar), x, sofar);

    public static double Join(double a, double b) => Math.Max(a, b);
}

/// <summary>The smallest value; not a number where one of them is none.</summary>
readonly struct MinReduction : IReduction
{
    public static float Identity => float.PositiveInfinity;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Join<S, V>(V sofar, V x) where S : struct, ISimd<V> where V : unmanaged
    {
        V zero = S.Broadcast(0), a = S.Subtract(zero, sofar), b = S.Subtract(zero, x);
        return S.Select(S.GreaterOrNaN(b, a), x, sofar);
    }

    public static double Join(double a, double b) => Math.Min(a, b);
}
