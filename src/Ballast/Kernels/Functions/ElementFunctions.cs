using System.Numerics;
using System.Runtime.Intrinsics;

namespace Ballast.Kernels;

/// <summary>A relation between two numbers of one type.</summary>
interface IComparison
{
    static abstract bool Apply<T>(T x, T y) where T : INumber<T>;

    /// <summary>All bits of each lane that it holds for, none of the others.</summary>
    static abstract Vector128<float> Apply(Vector128<float> x, Vector128<float> y);
}

/// <summary>A comparison of a type's numbers.</summary>
readonly struct Comparison<C, T> : IElementZip<T, bool>
    where C : struct, IComparison
    where T : INumber<T>
{
    public static bool Apply(T x, T y) => C.Apply<T>(x, y);

    public static unsafe int Many(void* to, void* x, nint stepX, void* y, nint stepY, int length) => typeof(T) == typeof(float)
        ? SideBySideElements.Compare<C>((bool*)to, (float*)x, stepX, (float*)y, stepY, length) : 0;
}

/// <summary>x = y.</summary>
readonly struct EqualComparison : IComparison
{
    public static bool Apply<T>(T x, T y) where T : INumber<T> => x == y;

    public static Vector128<float> Apply(Vector128<float> x, Vector128<float> y) => Vector128.Equals(x, y);
}

/// <summary>x and y differ, or one is not a number.</summary>
readonly struct NotEqualComparison : IComparison
{
    public static bool Apply<T>(T x, T y) where T : INumber<T> => x != y;

    public static Vector128<float> Apply(Vector128<float> x, Vector128<float> y) => ~Vector128.Equals(x, y);
}

/// <summary>x is below y.</summary>
readonly struct LessComparison : IComparison
{
    public static bool Apply<T>(T x, T y) where T : INumber<T> => x < y;

    public static Vector128<float> Apply(Vector128<float> x, Vector128<float> y) => Vector128.LessThan(x, y);
}

/// <summary>x is y or below.</summary>
readonly struct LessOrEqualComparison : IComparison
{
    public static bool Apply<T>(T x, T y) where T : INumber<T> => x <= y;

    public static Vector128<float> Apply(Vector128<float> x, Vector128<float> y) => Vector128.LessThanOrEqual(x, y);
}

/// <summary>Arithmetic on two numbers of one type.</summary>
interface IArithmetic
{
    static abstract T Apply<T>(T x, T y) where T : unmanaged, INumber<T>;
}

/// <summary>Arithmetic on a type's numbers.</summary>
readonly struct Arithmetic<A, T> : IElementZip<T, T>
    where A : struct, IArithmetic
    where T : unmanaged, INumber<T>
{
    public static T Apply(T x, T y) => A.Apply(x, y);
}

/// <summary>x + y.</summary>
readonly struct AddArithmetic : IArithmetic
{
    public static T Apply<T>(T x, T y) where T : unmanaged, INumber<T> => unchecked(x + y);
}

/// <summary>x - y.</summary>
readonly struct SubtractArithmetic : IArithmetic
{
    public static T Apply<T>(T x, T y) where T : unmanaged, INumber<T> => unchecked(x - y);
}

/// <summary>x y.</summary>
readonly struct MultiplyArithmetic : IArithmetic
{
    public static T Apply<T>(T x, T y) where T : unmanaged, INumber<T> => unchecked(x * y);
}

/// <summary>The larger one.</summary>
readonly struct MaximumArithmetic : IArithmetic
{
    public static T Apply<T>(T x, T y) where T : unmanaged, INumber<T> => T.Max(x, y);
}

/// <summary>The smaller one.</summary>
readonly struct MinimumArithmetic : IArithmetic
{
    public static T Apply<T>(T x, T y) where T : unmanaged, INumber<T> => T.Min(x, y);
}

/// <summary>Both.</summary>
readonly struct LogicalAnd : IElementZip<bool, bool>
{
    public static bool Apply(bool x, bool y) => x & y;
}

/// <summary>One of them, or both.</summary>
readonly struct LogicalOr : IElementZip<bool, bool>
{
    public static bool Apply(bool x, bool y) => x | y;
}

/// <summary>One of them, and not both.</summary>
readonly struct LogicalXor : IElementZip<bool, bool>
{
    public static bool Apply(bool x, bool y) => x ^ y;
}

/// <summary>The opposite.</summary>
readonly struct LogicalNot : IElementMap<bool, bool>
{
    public static bool Apply(bool x) => !x;
}

/// <summary>Whether x is not a number.</summary>
readonly struct NotANumber : IElementMap<float, bool>
{
    public static bool Apply(float x) => float.IsNaN(x);
}

/// <summary>Whether x is a number and not infinite.</summary>
readonly struct FiniteNumber : IElementMap<float, bool>
{
    public static bool Apply(float x) => float.IsFinite(x);
}

/// <summary>Whether x is infinite.</summary>
readonly struct InfiniteNumber : IElementMap<float, bool>
{
    public static bool Apply(float x) => float.IsInfinity(x);
}
