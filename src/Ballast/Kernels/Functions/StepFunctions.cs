using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>|x|, of which g sign x is the gradient, 0 at 0.</summary>
readonly struct AbsFunction : IActivation
{
    public static bool KeepsResult => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged => S.Abs(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Gradient<S, V>(V x, V gradient) where S : struct, ISimd<V> where V : unmanaged =>
        S.Subtract(S.WherePositive(x, gradient), S.WherePositive(S.Subtract(S.Broadcast(0), x), gradient));
}

/// <summary>A function that is constant but for its steps: its gradient is 0.</summary>
interface IStep
{
    static abstract V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged;
}

/// <summary>A step function, of which 0 is the gradient.</summary>
readonly struct StepFunction<F> : IActivation
    where F : struct, IStep
{
    public static bool KeepsResult => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged => F.Apply<S, V>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Gradient<S, V>(V kept, V gradient) where S : struct, ISimd<V> where V : unmanaged => S.Broadcast(0);
}

/// <summary>1 above 0, -1 below, else 0.</summary>
readonly struct SignStep : IStep
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged =>
        S.Subtract(S.WherePositive(x, S.Broadcast(1)), S.WherePositive(S.Subtract(S.Broadcast(0), x), S.Broadcast(1)));
}

/// <summary>The largest whole number up to x.</summary>
readonly struct FloorStep : IStep
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged => S.Floor(x);
}

/// <summary>The smallest whole number from x on.</summary>
readonly struct CeilingStep : IStep
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged => S.Ceiling(x);
}

/// <summary>The nearest whole number, the even one of two.</summary>
readonly struct RoundStep : IStep
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged => S.Round(x);
}

/// <summary>The whole part.</summary>
readonly struct TruncateStep : IStep
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged => S.Truncate(x);
}
