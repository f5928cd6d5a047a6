using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>A loss of a value x against a target t: the loss, and its derivative by x.</summary>
interface IPointwiseLoss
{
    /// <summary>PyTorch's name.</summary>
    static abstract string Name { get; }

    /// <summary>The loss.</summary>
    /// <param name="x">The value.</param>
    /// <param name="t">The target.</param>
    /// <param name="w">What the loss is given besides, for each value.</param>
    static abstract V Loss<S, V>(V x, V t, V w) where S : struct, ISimd<V> where V : unmanaged;

    /// <summary>The derivative of the loss by x.</summary>
    static abstract V Slope<S, V>(V x, V t, V w) where S : struct, ISimd<V> where V : unmanaged;
}

/// <summary>(x - t)^2.</summary>
readonly struct SquaredError : IPointwiseLoss
{
    /// <inheritdoc/>
    public static string Name => "mse_loss";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Loss<S, V>(V x, V t, V w)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V difference = S.Subtract(x, t);
        return S.Multiply(difference, difference);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Slope<S, V>(V x, V t, V w)
        where S : struct, ISimd<V>
        where V : unmanaged => S.Multiply(S.Broadcast(2), S.Subtract(x, t));
}

/// <summary>-(t ln x + (1 - t) ln(1 - x)) of a probability x, with logarithms of at least -100; the derivative
/// (x - t) / (x (1 - x)) with a divisor of at least 1e-12. Both bounds are PyTorch's.</summary>
readonly struct BinaryCrossEntropy : IPointwiseLoss
{
    /// <inheritdoc/>
    public static string Name => "binary_cross_entropy";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Loss<S, V>(V x, V t, V w)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V one = S.Broadcast(1), least = S.Broadcast(-100);
        V of = S.Max(S.Log(x), least), against = S.Max(S.Log(S.Subtract(one, x)), least);
        return S.Subtract(S.Multiply(S.Subtract(t, one), against), S.Multiply(t, of));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Slope<S, V>(V x, V t, V w)
        where S : struct, ISimd<V>
        where V : unmanaged => S.Divide(
            S.Subtract(x, t), S.Max(S.Multiply(S.Subtract(S.Broadcast(1), x), x), S.Broadcast(1e-12f)));
}

/// <summary>The binary cross entropy of the probability 1 / (1 + e^-x), where positive targets count w times:
/// (1 - t) x + (1 + (w - 1) t) ln(1 + e^-x).</summary>
readonly struct LogisticCrossEntropy : IPointwiseLoss
{
    /// <inheritdoc/>
    public static string Name => "binary_cross_entropy_with_logits";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Loss<S, V>(V x, V t, V w)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        // ln(1 + e^-x) = max(-x, 0) + ln(e^-max(-x, 0) + e^(-x - max(-x, 0))): neither exponential overflows.
        V zero = S.Broadcast(0), minus = S.Subtract(zero, x), top = S.Max(minus, zero);
        V left = ExponentialFunction.UpToZero<S, V>(S.Subtract(zero, top));
        V sum = S.Add(left, ExponentialFunction.UpToZero<S, V>(S.Subtract(minus, top)));
        return S.Fma(Factor<S, V>(t, w), S.Add(S.Log(sum), top), S.Multiply(S.Subtract(S.Broadcast(1), t), x));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Slope<S, V>(V x, V t, V w)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V against = SpecialFunctions.Logistic<S, V>(S.Subtract(S.Broadcast(0), x));
        return S.Subtract(S.Subtract(S.Broadcast(1), t), S.Multiply(Factor<S, V>(t, w), against));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Factor<S, V>(V t, V w)
        where S : struct, ISimd<V>
        where V : unmanaged => S.Fma(S.Subtract(w, S.Broadcast(1)), t, S.Broadcast(1));
}

/// <summary>Losses of values one by one.</summary>
static unsafe class PointwiseLosses
{
    /// <summary>to[i] = the loss of x[i] against t[i].</summary>
    /// <param name="x">The values.</param>
    /// <param name="t">The targets.</param>
    /// <param name="w">What the loss is given besides; empty for 1.</param>
    /// <param name="to">The losses.</param>
    public static void Loss<F>(ReadOnlySpan<float> x, ReadOnlySpan<float> t, ReadOnlySpan<float> w, Span<float> to)
        where F : struct, IPointwiseLoss => Run<F>(x, t, w, to, slope: false);

    /// <summary>to[i] = the derivative of the loss of x[i] against t[i] by x[i].</summary>
    /// <inheritdoc cref="Loss"/>
    public static void Slope<F>(ReadOnlySpan<float> x, ReadOnlySpan<float> t, ReadOnlySpan<float> w, Span<float> to)
        where F : struct, IPointwiseLoss => Run<F>(x, t, w, to, slope: true);

    static void Run<F>(ReadOnlySpan<float> x, ReadOnlySpan<float> t, ReadOnlySpan<float> w, Span<float> to, bool slope)
        where F : struct, IPointwiseLoss
    {
        fixed (float* values = x, targets = t, weights = w, result = to)
        {
            Elementwise.Share(
                new Loop<F> { X = values, T = targets, W = weights, To = result, IsSlope = slope }, x.Length);
        }
    }

    struct Loop<F> : ILoop
        where F : struct, IPointwiseLoss
    {
        public float* X, T, W, To;
        public bool IsSlope;

        public readonly int Run<S, V>(int start, int length)
            where S : struct, ISimd<V>
            where V : unmanaged => Run<F, S, V>(X, T, W, To, IsSlope, start, length);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int Run<F, S, V>(float* x, float* t, float* w, float* to, bool slope, int i, int length)
        where F : struct, IPointwiseLoss
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V one = S.Broadcast(1);
        for (; i <= length - S.Width; i += S.Width)
        {
            V weight = w is null ? one : S.Load(w + i);
            S.Store(to + i, slope
                ? F.Slope<S, V>(S.Load(x + i), S.Load(t + i), weight)
                : F.Loss<S, V>(S.Load(x + i), S.Load(t + i), weight));
        }

        return i;
    }
}
