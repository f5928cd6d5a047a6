using System.Numerics;
using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>The rest of x / y, with the sign of y.</summary>
readonly struct RemainderArithmetic : IArithmetic
{
    public static T Apply<T>(T x, T y) where T : unmanaged, INumber<T>
    {
        // The smallest integer has no opposite: its quotient by -1 overflows, and leaves no rest.
        if (typeof(T) == typeof(long) && y == -T.One)
            return T.Zero;
        T rest = x % y;
        return rest != T.Zero && T.IsNegative(rest) != T.IsNegative(y) ? rest + y : rest;
    }
}

/// <summary>The rest of x / y of floats, with the sign of y.</summary>
readonly struct FloatRemainder : IElementZip<float, float>
{
    // A quotient up to here times y has no more digits than a double.
    const double Exact = 1 << 28;

    public static float Apply(float x, float y)
    {
        double quotient = Math.Floor((double)x / y);
        if (!(Math.Abs(quotient) < Exact) || !float.IsFinite(y))
            return RemainderArithmetic.Apply(x, y);
        double rest = x - quotient * y;
        return (float)(rest != 0 && rest < 0 != y < 0 ? rest + y : rest);
    }
}

/// <summary>The largest whole number up to x / y.</summary>
readonly struct FloorQuotient : IElementZip<float, float>
{
    public static float Apply(float x, float y) =>
        y == 0 ? x / y : (float)Math.Round(((double)x - FloatRemainder.Apply(x, y)) / y);
}

/// <summary>-x y.</summary>
readonly struct NegatedProduct : IBinary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V x, V y) where S : struct, ISimd<V> where V : unmanaged =>
        S.Multiply(S.Subtract(S.Broadcast(0), x), y);
}
