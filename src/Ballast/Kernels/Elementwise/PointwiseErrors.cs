using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>(x - t)^2.</summary>
readonly struct SquaredError : IPointwiseLoss
{
    /// <inheritdoc/>
    public static string Name => "mse_loss";

    /// <inheritdoc/>
    public (string Name, object? Value)[] Numbers => [];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Loss<S, V>(V x, V t, V w)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V difference = S.Subtract(x, t);
        return S.Multiply(difference, difference);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<S, V>(V x, V t, V w)
        where S : struct, ISimd<V>
        where V : unmanaged => S.Multiply(S.Broadcast(2), S.Subtract(x, t));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V TargetSlope<S, V>(V x, V t, V w)
        where S : struct, ISimd<V>
        where V : unmanaged => Slope<S, V>(t, x, w);
}

/// <summary>|x - t|, whose slope is 0 where both are equal.</summary>
readonly struct AbsoluteError : IPointwiseLoss
{
    /// <inheritdoc/>
    public static string Name => "l1_loss";

    /// <inheritdoc/>
    public (string Name, object? Value)[] Numbers => [];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Loss<S, V>(V x, V t, V w)
        where S : struct, ISimd<V>
        where V : unmanaged => S.Abs(S.Subtract(x, t));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<S, V>(V x, V t, V w)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V zero = S.Broadcast(0), difference = S.Subtract(x, t);
        V down = S.Select(S.GreaterOrNaN(zero, difference), S.Broadcast(-1), zero);
        return S.Select(S.Equal(difference, difference), S.Select(S.GreaterOrNaN(difference, zero), S.Broadcast(1), down), difference);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V TargetSlope<S, V>(V x, V t, V w)
        where S : struct, ISimd<V>
        where V : unmanaged => Slope<S, V>(t, x, w);
}

/// <summary>With d = x - t: scale d^2 / (2 beta) where |d| is below beta, scale (|d| - beta / 2) from there on.</summary>
/// <param name="beta">Where the parabola becomes a line, above 0.</param>
/// <param name="scale">1, or beta for Huber's loss.</param>
readonly struct SmoothError(double beta, double scale) : IPointwiseLoss
{
    readonly float beta = (float)beta, halfBeta = (float)(beta / 2), scale = (float)scale;
    readonly float curve = (float)(scale / beta), halfCurve = (float)(0.5 * scale / beta);

    /// <inheritdoc/>
    public static string Name => "smooth_l1_loss";

    /// <inheritdoc/>
    public (string Name, object? Value)[] Numbers => [("beta", (double)beta), ("scale", (double)scale)];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Loss<S, V>(V x, V t, V w)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V size = S.Abs(S.Subtract(x, t));
        V parabola = S.Multiply(S.Multiply(S.Broadcast(halfCurve), size), size);
        return S.Select(S.GreaterOrNaN(S.Broadcast(beta), size), parabola,
            S.Multiply(S.Broadcast(scale), S.Subtract(size, S.Broadcast(halfBeta))));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<S, V>(V x, V t, V w)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V most = S.Broadcast(scale);
        return S.Max(S.Min(S.Multiply(S.Broadcast(curve), S.Subtract(x, t)), most), S.Subtract(S.Broadcast(0), most));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V TargetSlope<S, V>(V x, V t, V w)
        where S : struct, ISimd<V>
        where V : unmanaged => Slope<S, V>(t, x, w);
}
