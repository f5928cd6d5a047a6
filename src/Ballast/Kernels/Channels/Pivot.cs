using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ballast.Kernels;

/// <summary>The value that deviations are taken from, so that their squares cancel little: the middle one of the first three values.</summary>
/// <remarks>One value alone may be an outlier among many that are alike, as the results of a ReLU are: then the same deviation is added
/// again and again, and is rounded the same way each time.</remarks>
static unsafe class Pivot
{
    /// <summary>The pivot of values that lie side by side, at least one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Of(float* x, int count) => count < 3 ? *x : Middle<Simd128, Vector128<float>>(
        Vector128.CreateScalarUnsafe(x[0]), Vector128.CreateScalarUnsafe(x[1]), Vector128.CreateScalarUnsafe(x[2])).ToScalar();

    /// <summary>The pivot of each lane of values that lie under one another, at least one.</summary>
    /// <param name="x">The first values.</param>
    /// <param name="step">From one value of a lane to the next.</param>
    /// <param name="count">How many a lane has.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<S, V>(float* x, nint step, int count)
        where S : struct, ISimd<V>
        where V : unmanaged =>
        count < 3 ? S.Load(x) : Middle<S, V>(S.Load(x), S.Load(x + step), S.Load(x + 2 * step));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Middle<S, V>(V first, V second, V third)
        where S : struct, ISimd<V>
        where V : unmanaged => S.Max(S.Min(first, second), S.Min(S.Max(first, second), third));
}
