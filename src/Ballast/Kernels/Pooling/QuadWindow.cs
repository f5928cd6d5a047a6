using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>The four values of a window of 2 x 2, for a register of channels: nearly every max pool has such windows. The first of
/// equal values is the largest; a value that is not a number is larger than all before it.</summary>
static unsafe class QuadWindow
{
    /// <summary>Whether a pool's windows are 2 x 2, side by side and inside the image.</summary>
    public static bool Fits(in PoolShape shape) => shape.Down.Stride == 2 && PooledNormalization.Fits(shape);

    /// <summary>The largest value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Largest<S, V>(V a, V b, V c, V d)
        where S : struct, ISimd<V>
        where V : unmanaged => Larger<S, V>(Larger<S, V>(a, b), Larger<S, V>(c, d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Larger<S, V>(V a, V b)
        where S : struct, ISimd<V>
        where V : unmanaged => S.Select(S.GreaterOrNaN(b, a), b, a);

    /// <summary>The largest value, and the one of four others that lies where it does.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Largest<S, V>(V a, V b, V c, V d, V ofA, V ofB, V ofC, V ofD, out V other)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V right = S.GreaterOrNaN(b, a), lowerRight = S.GreaterOrNaN(d, c);
        V top = S.Select(right, b, a), bottom = S.Select(lowerRight, d, c);
        V lower = S.GreaterOrNaN(bottom, top);
        other = S.Select(lower, S.Select(lowerRight, ofD, ofC), S.Select(right, ofB, ofA));
        return S.Select(lower, bottom, top);
    }

    /// <summary>The gradient where the largest value is and above zero, 0 elsewhere.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void PassPositive<S, V>(ref V a, ref V b, ref V c, ref V d, V gradient)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V zero = S.Broadcast(0);
        V right = S.GreaterOrNaN(b, a), lowerRight = S.GreaterOrNaN(d, c);
        V top = S.Select(right, b, a), bottom = S.Select(lowerRight, d, c);
        V lower = S.GreaterOrNaN(bottom, top);
        V passed = S.WherePositive(S.Select(lower, bottom, top), gradient);
        V above = S.Select(lower, zero, passed), below = S.Select(lower, passed, zero);
        a = S.Select(right, zero, above);
        b = S.Select(right, above, zero);
        c = S.Select(lowerRight, zero, below);
        d = S.Select(lowerRight, below, zero);
    }
}
