using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>The running means of a gradient and of its square, which Adam and its kin keep: m = b1 m + (1 - b1) g, v = b2 v + (1 - b2) g^2,
/// with g += decay weight before.</summary>
/// <param name="beta1">b1.</param>
/// <param name="beta2">b2.</param>
/// <param name="weightDecay">Added to the gradient, times the weight (L2).</param>
readonly struct AdamMoments(double beta1, double beta2, double weightDecay)
{
    readonly float beta1 = (float)beta1, beta2 = (float)beta2, rest1 = (float)(1 - beta1), rest2 = (float)(1 - beta2), decay = (float)weightDecay;

    /// <summary>The numbers by their names.</summary>
    public (string Name, object? Value)[] Numbers =>
    [
        ("beta1", (double)beta1), ("beta2", (double)beta2), ("rest1", (double)rest1), ("rest2", (double)rest2), ("weight_decay", (double)decay),
    ];

    /// <summary>The gradient with the decay.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Decayed<S, V>(V gradient, V weight)
        where S : struct, ISimd<V>
        where V : unmanaged => S.Fma(weight, S.Broadcast(decay), gradient);

    /// <summary>The next m.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V First<S, V>(V g, V first)
        where S : struct, ISimd<V>
        where V : unmanaged => S.Fma(g, S.Broadcast(rest1), S.Multiply(first, S.Broadcast(beta1)));

    /// <summary>The next v.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Second<S, V>(V g, V second)
        where S : struct, ISimd<V>
        where V : unmanaged => S.Fma(S.Multiply(g, S.Broadcast(rest2)), g, S.Multiply(second, S.Broadcast(beta2)));

    /// <summary>b2 times a state: what is left of the largest gradient of <see cref="AdamaxRule"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Kept<S, V>(V second)
        where S : struct, ISimd<V>
        where V : unmanaged => S.Multiply(second, S.Broadcast(beta2));
}

/// <summary>AMSGrad (Reddi et al. 2018): Adam that divides by the root of the largest v so far, the third state.</summary>
/// <param name="moments">The running means.</param>
/// <param name="step">Minus the learning rate over 1 - b1^t.</param>
/// <param name="scale">1 / sqrt(1 - b2^t).</param>
/// <param name="eps">Added to the root.</param>
/// <param name="shrink">The weight is multiplied by this first.</param>
readonly struct AmsgradRule(AdamMoments moments, double step, double scale, double eps, double shrink) : IUpdateRule
{
    readonly AdamMoments moments = moments;
    readonly float step = (float)step, scale = (float)scale, eps = (float)eps, shrink = (float)shrink;

    /// <inheritdoc/>
    public static string Name => "amsgrad_step";

    /// <inheritdoc/>
    public (string Name, object? Value)[] Numbers =>
        [.. moments.Numbers, ("step", (double)step), ("scale", (double)scale), ("eps", (double)eps), ("shrink", (double)shrink)];

    public static int States => 3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Apply<S, V>(V gradient, ref V weight, ref V first, ref V second, ref V third)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V g = moments.Decayed<S, V>(gradient, weight);
        first = moments.First<S, V>(g, first);
        second = moments.Second<S, V>(g, second);
        third = S.Max(second, third);
        V denominator = S.Fma(S.Sqrt(third), S.Broadcast(scale), S.Broadcast(eps));
        weight = S.Fma(S.Divide(first, denominator), S.Broadcast(step), S.Multiply(weight, S.Broadcast(shrink)));
    }
}

/// <summary>Adamax: u = max(b2 u, |g| + eps), w += step m / u.</summary>
/// <param name="moments">The running means; u takes the place of v.</param>
/// <param name="step">Minus the learning rate over 1 - b1^t.</param>
/// <param name="eps">Added to the size of a gradient.</param>
readonly struct AdamaxRule(AdamMoments moments, double step, double eps) : IUpdateRule
{
    readonly AdamMoments moments = moments;
    readonly float step = (float)step, eps = (float)eps;

    /// <inheritdoc/>
    public static string Name => "adamax_step";

    /// <inheritdoc/>
    public (string Name, object? Value)[] Numbers => [.. moments.Numbers, ("step", (double)step), ("eps", (double)eps)];

    public static int States => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Apply<S, V>(V gradient, ref V weight, ref V first, ref V second, ref V third)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V g = moments.Decayed<S, V>(gradient, weight);
        first = moments.First<S, V>(g, first);
        second = S.Max(moments.Kept<S, V>(second), S.Add(S.Abs(g), S.Broadcast(eps)));
        weight = S.Fma(S.Divide(first, second), S.Broadcast(step), weight);
    }
}

/// <summary>NAdam: w += (lead g + follow m) / (sqrt(v) scale + eps).</summary>
/// <param name="moments">The running means.</param>
/// <param name="lead">Minus the learning rate times (1 - mu) / (1 - the product of all mu).</param>
/// <param name="follow">Minus the learning rate times the next mu over 1 - the product with it.</param>
/// <param name="scale">1 / sqrt(1 - b2^t).</param>
/// <param name="eps">Added to the root.</param>
readonly struct NadamRule(AdamMoments moments, double lead, double follow, double scale, double eps) : IUpdateRule
{
    readonly AdamMoments moments = moments;
    readonly float lead = (float)lead, follow = (float)follow, scale = (float)scale, eps = (float)eps;

    /// <inheritdoc/>
    public static string Name => "nadam_step";

    /// <inheritdoc/>
    public (string Name, object? Value)[] Numbers =>
        [.. moments.Numbers, ("lead", (double)lead), ("follow", (double)follow), ("scale", (double)scale), ("eps", (double)eps)];

    public static int States => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Apply<S, V>(V gradient, ref V weight, ref V first, ref V second, ref V third)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V g = moments.Decayed<S, V>(gradient, weight);
        first = moments.First<S, V>(g, first);
        second = moments.Second<S, V>(g, second);
        V denominator = S.Fma(S.Sqrt(second), S.Broadcast(scale), S.Broadcast(eps));
        weight = S.Add(S.Divide(S.Fma(first, S.Broadcast(follow), S.Multiply(g, S.Broadcast(lead))), denominator), weight);
    }
}

/// <summary>RAdam: w += step m / (sqrt(v) + eps), or step m while the variance of v is not known well enough.</summary>
/// <param name="moments">The running means.</param>
/// <param name="step">Minus the learning rate, corrections included.</param>
/// <param name="eps">Added to the root.</param>
/// <param name="divides">Whether the step is divided by the root.</param>
readonly struct RadamRule(AdamMoments moments, double step, double eps, bool divides) : IUpdateRule
{
    readonly AdamMoments moments = moments;
    readonly float step = (float)step, eps = (float)eps;
    readonly bool divides = divides;

    /// <inheritdoc/>
    public static string Name => "radam_step";

    /// <inheritdoc/>
    public (string Name, object? Value)[] Numbers => [.. moments.Numbers, ("step", (double)step), ("eps", (double)eps), ("divides", divides)];

    public static int States => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Apply<S, V>(V gradient, ref V weight, ref V first, ref V second, ref V third)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V g = moments.Decayed<S, V>(gradient, weight);
        first = moments.First<S, V>(g, first);
        second = moments.Second<S, V>(g, second);
        V denominator = divides ? S.Add(S.Sqrt(second), S.Broadcast(eps)) : S.Broadcast(1);
        weight = S.Fma(S.Divide(first, denominator), S.Broadcast(step), weight);
    }
}

/// <summary>The direction of LAMB, which takes the place of the weight: m / (1 - b1^t) / (sqrt(v / (1 - b2^t)) + eps) + decay w.</summary>
/// <param name="moments">The running means, without decay.</param>
/// <param name="gain">1 / (1 - b1^t).</param>
/// <param name="scale">1 / sqrt(1 - b2^t).</param>
/// <param name="eps">Added to the root.</param>
/// <param name="decay">The share of the weight in the direction.</param>
readonly struct LambRule(AdamMoments moments, double gain, double scale, double eps, double decay) : IUpdateRule
{
    readonly AdamMoments moments = moments;
    readonly float gain = (float)gain, scale = (float)scale, eps = (float)eps, decay = (float)decay;

    /// <inheritdoc/>
    public static string Name => "lamb_direction";

    /// <inheritdoc/>
    public (string Name, object? Value)[] Numbers =>
        [.. moments.Numbers, ("gain", (double)gain), ("scale", (double)scale), ("eps", (double)eps), ("decay", (double)decay)];

    public static int States => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Apply<S, V>(V gradient, ref V weight, ref V first, ref V second, ref V third)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        first = moments.First<S, V>(gradient, first);
        second = moments.Second<S, V>(gradient, second);
        V denominator = S.Fma(S.Sqrt(second), S.Broadcast(scale), S.Broadcast(eps));
        weight = S.Fma(S.Divide(first, denominator), S.Broadcast(gain), S.Multiply(weight, S.Broadcast(decay)));
    }
}
