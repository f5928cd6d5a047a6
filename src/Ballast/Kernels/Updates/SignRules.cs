using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>Lion: w = shrink w + step sign(b1 m + (1 - b1) g), m = b2 m + (1 - b2) g.</summary>
/// <param name="step">Minus the learning rate.</param>
/// <param name="beta1">b1.</param>
/// <param name="beta2">b2.</param>
/// <param name="shrink">1 - learning rate times decay.</param>
readonly struct LionRule(double step, double beta1, double beta2, double shrink) : IUpdateRule
{
    readonly float step = (float)step, beta1 = (float)beta1, beta2 = (float)beta2, rest1 = (float)(1 - beta1), rest2 = (float)(1 - beta2);
    readonly float shrink = (float)shrink;

    /// <inheritdoc/>
    public static string Name => "lion_step";

    /// <inheritdoc/>
    public (string Name, object? Value)[] Numbers =>
    [
        ("step", (double)step), ("beta1", (double)beta1), ("beta2", (double)beta2), ("rest1", (double)rest1), ("rest2", (double)rest2),
        ("shrink", (double)shrink),
    ];

    public static int States => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Apply<S, V>(V gradient, ref V weight, ref V first, ref V second, ref V third)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V direction = S.Fma(first, S.Broadcast(beta1), S.Multiply(gradient, S.Broadcast(rest1)));
        first = S.Fma(first, S.Broadcast(beta2), S.Multiply(gradient, S.Broadcast(rest2)));
        weight = S.Fma(Signs.Of<S, V>(direction), S.Broadcast(step), S.Multiply(weight, S.Broadcast(shrink)));
    }
}

/// <summary>Rprop: a step for each weight, which grows while the gradient keeps its sign and shrinks where it turns; there the gradient counts
/// as 0, so that it is remembered as none. The states are that gradient and the step.</summary>
/// <param name="minus">The factor where the sign turns.</param>
/// <param name="plus">The factor where it stays.</param>
/// <param name="least">The smallest step.</param>
/// <param name="most">The largest step.</param>
readonly struct RpropRule(double minus, double plus, double least, double most) : IUpdateRule
{
    readonly float minus = (float)minus, plus = (float)plus, least = (float)least, most = (float)most;

    /// <inheritdoc/>
    public static string Name => "rprop_step";

    /// <inheritdoc/>
    public (string Name, object? Value)[] Numbers =>
        [("minus", (double)minus), ("plus", (double)plus), ("least", (double)least), ("most", (double)most)];

    public static int States => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Apply<S, V>(V gradient, ref V weight, ref V first, ref V second, ref V third)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V zero = S.Broadcast(0), product = S.Multiply(gradient, first), turns = S.GreaterOrNaN(zero, product);
        V factor = S.Select(turns, S.Broadcast(minus), S.Select(S.GreaterOrNaN(product, zero), S.Broadcast(plus), S.Broadcast(1)));
        second = S.Max(S.Min(S.Multiply(second, factor), S.Broadcast(most)), S.Broadcast(least));
        first = S.Select(turns, zero, gradient);
        weight = S.Subtract(weight, S.Multiply(Signs.Of<S, V>(first), second));
    }
}

/// <summary>Averaged descent: w = shrink w + step g, and the average ax += share (w - ax).</summary>
/// <param name="step">Minus eta.</param>
/// <param name="shrink">1 - lambda eta.</param>
/// <param name="share">The share of the new weight in the average.</param>
/// <param name="weightDecay">Added to the gradient, times the weight (L2).</param>
readonly struct AveragedRule(double step, double shrink, double share, double weightDecay) : IUpdateRule
{
    readonly float step = (float)step, shrink = (float)shrink, share = (float)share, decay = (float)weightDecay;

    /// <inheritdoc/>
    public static string Name => "asgd_step";

    /// <inheritdoc/>
    public (string Name, object? Value)[] Numbers =>
        [("step", (double)step), ("shrink", (double)shrink), ("share", (double)share), ("weight_decay", (double)decay)];

    public static int States => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Apply<S, V>(V gradient, ref V weight, ref V first, ref V second, ref V third)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V g = S.Fma(weight, S.Broadcast(decay), gradient);
        weight = S.Fma(g, S.Broadcast(step), S.Multiply(weight, S.Broadcast(shrink)));
        first = share == 1 ? weight : S.Fma(S.Subtract(weight, first), S.Broadcast(share), first);
    }
}

/// <summary>Signs of values.</summary>
static class Signs
{
    /// <summary>1, -1, or 0; not a number stays so.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<S, V>(V x)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V zero = S.Broadcast(0), sign = S.Select(S.GreaterOrUnordered(x, zero), S.Broadcast(1), zero);
        sign = S.Select(S.GreaterOrUnordered(zero, x), S.Broadcast(-1), sign);
        return S.Select(S.Equal(x, x), sign, x);
    }
}
