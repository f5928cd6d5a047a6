using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>min(max(x, low), high), of which g is the gradient from low to high, both included, 0 elsewhere.</summary>
readonly struct ClampFunction(double low, double high) : IActivation
{
    readonly float low = (float)low, high = (float)high;

    public static bool KeepsResult => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged =>
        S.Min(S.Max(x, S.Broadcast(low)), S.Broadcast(high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Gradient<S, V>(V x, V gradient) where S : struct, ISimd<V> where V : unmanaged
    {
        V zero = S.Broadcast(0), below = S.GreaterOrNaN(S.Broadcast(low), x), above = S.GreaterOrNaN(x, S.Broadcast(high));
        return S.Select(below, zero, S.Select(above, zero, gradient));
    }
}

/// <summary>min(max(x, low), high), of which g is the gradient between low and high, 0 elsewhere and at both.</summary>
readonly struct HardtanhFunction(double low, double high) : IActivation
{
    readonly float low = (float)low, high = (float)high;

    public static bool KeepsResult => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged =>
        S.Min(S.Max(x, S.Broadcast(low)), S.Broadcast(high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Gradient<S, V>(V x, V gradient) where S : struct, ISimd<V> where V : unmanaged
    {
        V zero = S.Broadcast(0), above = S.GreaterOrNaN(x, S.Broadcast(low));
        V below = S.GreaterOrNaN(S.Subtract(zero, x), S.Broadcast(-high));
        return S.Select(above, S.Select(below, gradient, zero), zero);
    }
}

/// <summary>min(max(x + 3, 0), 6) / 6, of which g / 6 is the gradient between -3 and 3.</summary>
readonly struct HardsigmoidFunction : IActivation
{
    public static bool KeepsResult => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged =>
        S.Divide(S.Min(S.Max(S.Add(x, S.Broadcast(3)), S.Broadcast(0)), S.Broadcast(6)), S.Broadcast(6));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Gradient<S, V>(V x, V gradient) where S : struct, ISimd<V> where V : unmanaged =>
        S.Select(S.GreaterOrNaN(S.Broadcast(3), S.Abs(x)), S.Divide(gradient, S.Broadcast(6)), S.Broadcast(0));
}

/// <summary>x min(max(x + 3, 0), 6) / 6, of which g (x / 3 + 1 / 2) is the gradient from -3 up to 3 and g from there on.</summary>
readonly struct HardswishFunction : IActivation
{
    public static bool KeepsResult => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged =>
        S.Divide(S.Multiply(x, S.Min(S.Max(S.Add(x, S.Broadcast(3)), S.Broadcast(0)), S.Broadcast(6))), S.Broadcast(6));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Gradient<S, V>(V x, V gradient) where S : struct, ISimd<V> where V : unmanaged
    {
        V slope = S.Add(S.Divide(x, S.Broadcast(3)), S.Broadcast(0.5f)), below = S.GreaterOrNaN(S.Broadcast(-3), x);
        return S.Select(S.GreaterOrNaN(S.Broadcast(3), x), S.Select(below, S.Broadcast(0), S.Multiply(gradient, slope)), gradient);
    }
}

/// <summary>x - lambda above lambda, x + lambda below -lambda, else 0, of which g is the gradient outside.</summary>
readonly struct SoftshrinkFunction(double lambda) : IActivation
{
    readonly float lambda = (float)lambda;

    public static bool KeepsResult => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged
    {
        V zero = S.Broadcast(0), limit = S.Broadcast(lambda), opposite = S.Broadcast(-lambda);
        V below = S.Select(S.GreaterOrNaN(opposite, x), S.Add(x, limit), zero);
        return S.Select(S.GreaterOrNaN(opposite, S.Subtract(zero, x)), S.Subtract(x, limit), below);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Gradient<S, V>(V x, V gradient) where S : struct, ISimd<V> where V : unmanaged =>
        S.Select(S.GreaterOrNaN(S.Abs(x), S.Broadcast(lambda)), gradient, S.Broadcast(0));
}

/// <summary>x outside of -lambda to lambda, else 0, of which g is the gradient outside.</summary>
readonly struct HardshrinkFunction(double lambda) : IActivation
{
    readonly float lambda = (float)lambda;

    public static bool KeepsResult => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged =>
        S.Select(S.GreaterOrNaN(S.Abs(x), S.Broadcast(lambda)), x, S.Broadcast(0));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Gradient<S, V>(V x, V gradient) where S : struct, ISimd<V> where V : unmanaged =>
        S.Select(S.GreaterOrNaN(S.Abs(x), S.Broadcast(lambda)), gradient, S.Broadcast(0));
}

/// <summary>x above a threshold, else a value, of which g is the gradient above.</summary>
readonly struct ThresholdFunction(double threshold, double value) : IActivation
{
    readonly float threshold = (float)threshold, value = (float)value;

    public static bool KeepsResult => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<S, V>(V x) where S : struct, ISimd<V> where V : unmanaged =>
        S.Select(S.GreaterOrNaN(x, S.Broadcast(threshold)), x, S.Broadcast(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Gradient<S, V>(V x, V gradient) where S : struct, ISimd<V> where V : unmanaged =>
        S.Select(S.GreaterOrNaN(x, S.Broadcast(threshold)), gradient, S.Broadcast(0));
}
