using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>-(t ln x + (1 - t) ln(1 - x)) of a probability x, with logarithms of at least -100; the derivative
/// (x - t) / (x (1 - x)) with a divisor of at least 1e-12. Both bounds are PyTorch's.</summary>
readonly struct BinaryCrossEntropy : IPointwiseLoss
{
    /// <inheritdoc/>
    public static string Name => "binary_cross_entropy";

    /// <inheritdoc/>
    public (string Name, object? Value)[] Numbers => [];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Loss<S, V>(V x, V t, V w)
        where S : struct, ISimd<V>
        where V : unmanaged =>
        S.Subtract(S.Multiply(S.Subtract(t, S.Broadcast(1)), Against<S, V>(x)), S.Multiply(t, Logarithm<S, V>(x)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<S, V>(V x, V t, V w)
        where S : struct, ISimd<V>
        where V : unmanaged => S.Divide(
            S.Subtract(x, t), S.Max(S.Multiply(S.Subtract(S.Broadcast(1), x), x), S.Broadcast(1e-12f)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V TargetSlope<S, V>(V x, V t, V w)
        where S : struct, ISimd<V>
        where V : unmanaged => S.Subtract(Against<S, V>(x), Logarithm<S, V>(x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Logarithm<S, V>(V x)
        where S : struct, ISimd<V>
        where V : unmanaged => S.Max(S.Log(x), S.Broadcast(-100));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Against<S, V>(V x)
        where S : struct, ISimd<V>
        where V : unmanaged => Logarithm<S, V>(S.Subtract(S.Broadcast(1), x));
}

/// <summary>The binary cross entropy of the probability 1 / (1 + e^-x), where positive targets count w times:
/// (1 - t) x + (1 + (w - 1) t) ln(1 + e^-x).</summary>
readonly struct LogisticCrossEntropy : IPointwiseLoss
{
    /// <inheritdoc/>
    public static string Name => "binary_cross_entropy_with_logits";

    /// <inheritdoc/>
    public (string Name, object? Value)[] Numbers => [];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Loss<S, V>(V x, V t, V w)
        where S : struct, ISimd<V>
        where V : unmanaged =>
        S.Fma(Factor<S, V>(t, w), LogOfOnePlus<S, V>(x), S.Multiply(S.Subtract(S.Broadcast(1), t), x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<S, V>(V x, V t, V w)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V against = SpecialFunctions.Logistic<S, V>(S.Subtract(S.Broadcast(0), x));
        return S.Subtract(S.Subtract(S.Broadcast(1), t), S.Multiply(Factor<S, V>(t, w), against));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V TargetSlope<S, V>(V x, V t, V w)
        where S : struct, ISimd<V>
        where V : unmanaged => S.Subtract(S.Multiply(S.Subtract(w, S.Broadcast(1)), LogOfOnePlus<S, V>(x)), x);

    // ln(1 + e^-x) = max(-x, 0) + ln(e^-max(-x, 0) + e^(-x - max(-x, 0))): neither exponential overflows.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V LogOfOnePlus<S, V>(V x)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V zero = S.Broadcast(0), minus = S.Subtract(zero, x), top = S.Max(minus, zero);
        V left = ExponentialFunction.UpToZero<S, V>(S.Subtract(zero, top));
        V sum = S.Add(left, ExponentialFunction.UpToZero<S, V>(S.Subtract(minus, top)));
        return S.Add(S.Log(sum), top);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Factor<S, V>(V t, V w)
        where S : struct, ISimd<V>
        where V : unmanaged => S.Fma(S.Subtract(w, S.Broadcast(1)), t, S.Broadcast(1));
}

/// <summary>The term t (ln t - x) of a divergence of a share t from one whose logarithm is x, and 0 where t is 0.</summary>
readonly struct Divergence : IPointwiseLoss
{
    /// <inheritdoc/>
    public static string Name => "kl_div";

    /// <inheritdoc/>
    public (string Name, object? Value)[] Numbers => [("log_target", false)];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Loss<S, V>(V x, V t, V w)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V own = S.Multiply(t, S.Log(t));
        return S.Subtract(S.Select(S.Equal(t, S.Broadcast(0)), t, own), S.Multiply(t, x));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<S, V>(V x, V t, V w)
        where S : struct, ISimd<V>
        where V : unmanaged => S.Subtract(S.Broadcast(0), t);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V TargetSlope<S, V>(V x, V t, V w)
        where S : struct, ISimd<V>
        where V : unmanaged => S.Subtract(S.Add(S.Log(t), S.Broadcast(1)), x);
}

/// <summary>The same of the logarithm t of the share: e^t (t - x).</summary>
readonly struct LogarithmicDivergence : IPointwiseLoss
{
    /// <inheritdoc/>
    public static string Name => "kl_div";

    /// <inheritdoc/>
    public (string Name, object? Value)[] Numbers => [("log_target", true)];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Loss<S, V>(V x, V t, V w)
        where S : struct, ISimd<V>
        where V : unmanaged => S.Multiply(S.Exp(t), S.Subtract(t, x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<S, V>(V x, V t, V w)
        where S : struct, ISimd<V>
        where V : unmanaged => S.Subtract(S.Broadcast(0), S.Exp(t));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V TargetSlope<S, V>(V x, V t, V w)
        where S : struct, ISimd<V>
        where V : unmanaged => S.Multiply(S.Exp(t), S.Add(S.Subtract(t, x), S.Broadcast(1)));
}
