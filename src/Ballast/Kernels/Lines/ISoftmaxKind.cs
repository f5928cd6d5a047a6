using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>A softmax or its logarithm: what the passes over a line end in, and what its gradient is made of.</summary>
interface ISoftmaxKind
{
    /// <summary>A result, for x, e = exp(x - max), 1 / the sum of e, and the logarithm of that sum.</summary>
    static abstract V Finish<S, V>(V x, V e, V max, V inverse, V logSum) where S : struct, ISimd<V> where V : unmanaged;

    /// <summary>What a line adds up for the gradient g of its results y.</summary>
    static abstract V Term<S, V>(V g, V y) where S : struct, ISimd<V> where V : unmanaged;

    /// <summary>The gradient of x, given that sum.</summary>
    static abstract V Gradient<S, V>(V g, V y, V sum) where S : struct, ISimd<V> where V : unmanaged;
}

/// <summary>y = exp(x) / sum of exp(x); dx = y (g - sum of g y).</summary>
readonly struct PlainSoftmax : ISoftmaxKind
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Finish<S, V>(V x, V e, V max, V inverse, V logSum) where S : struct, ISimd<V> where V : unmanaged =>
        S.Multiply(e, inverse);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Term<S, V>(V g, V y) where S : struct, ISimd<V> where V : unmanaged => S.Multiply(g, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Gradient<S, V>(V g, V y, V sum) where S : struct, ISimd<V> where V : unmanaged =>
        S.Multiply(y, S.Subtract(g, sum));
}

/// <summary>y = x - max - ln(sum of exp(x - max)); dx = g - exp(y) times the sum of g.</summary>
readonly struct LogarithmicSoftmax : ISoftmaxKind
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Finish<S, V>(V x, V e, V max, V inverse, V logSum) where S : struct, ISimd<V> where V : unmanaged =>
        S.Subtract(S.Subtract(x, max), logSum);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Term<S, V>(V g, V y) where S : struct, ISimd<V> where V : unmanaged => g;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Gradient<S, V>(V g, V y, V sum) where S : struct, ISimd<V> where V : unmanaged =>
        S.Subtract(g, S.Multiply(S.Exp(y), sum));
}
