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

    /// <summary>The lanes of a register joined, halves to halves.</summary>
    static abstract float Lanes<S, V>(V a) where S : struct, ISimd<V> where V : unmanaged;
}

/// <summary>The lanes of a register joined by any reduction.</summary>
static unsafe class LaneReduction
{
    const int WidestRegister = 16;

    /// <summary>Halves are joined to halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Of<R, S, V>(V a)
        where R : struct, IReduction
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        float* lanes = stackalloc float[WidestRegister];
        S.Store(lanes, a);
        for (int half = S.Width / 2; half > 0; half /= 2)
        {
            for (int lane = 0; lane < half; lane++)
                lanes[lane] = R.Join<SimdScalar, float>(lanes[lane], lanes[lane + half]);
        }

        return *lanes;
    }
}

/// <summary>The sum.</summary>
readonly struct SumReduction : IReduction
{
    public static float Identity => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Join<S, V>(V sofar, V x) where S : struct, ISimd<V> where V : unmanaged => S.Add(sofar, x);

    public static double Join(double a, double b) => a + b;

    public static float Lanes<S, V>(V a) where S : struct, ISimd<V> where V : unmanaged => S.Sum(a);
}

/// <summary>The product.</summary>
readonly struct ProductReduction : IReduction
{
    public static float Identity => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Join<S, V>(V sofar, V x) where S : struct, ISimd<V> where V : unmanaged => S.Multiply(sofar, x);

    public static double Join(double a, double b) => a * b;

    public static float Lanes<S, V>(V a) where S : struct, ISimd<V> where V : unmanaged => LaneReduction.Of<ProductReduction, S, V>(a);
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

    public static float Lanes<S, V>(V a) where S : struct, ISimd<V> where V : unmanaged => LaneReduction.Of<MaxReduction, S, V>(a);
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

    public static float Lanes<S, V>(V a) where S : struct, ISimd<V> where V : unmanaged => LaneReduction.Of<MinReduction, S, V>(a);
}
