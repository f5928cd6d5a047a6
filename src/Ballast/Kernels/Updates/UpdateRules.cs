using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>An optimizer's rule for one parameter element: changes the weight and up to three values of state.</summary>
interface IUpdateRule
{
    /// <summary>The name of the rule.</summary>
    static abstract string Name { get; }

    /// <summary>The numbers of the rule by their names.</summary>
    (string Name, object? Value)[] Numbers { get; }

    /// <summary>How many values of state an element has: 0 to 3.</summary>
    static abstract int States { get; }

    /// <summary>Whether states may be missing: the rule then finds zeros there, and what it leaves is dropped.</summary>
    static virtual bool MayLack => false;

    void Apply<S, V>(V gradient, ref V weight, ref V first, ref V second, ref V third) where S : struct, ISimd<V> where V : unmanaged;
}

/// <summary>Adam: first = b1 first + (1 - b1) g; second = b2 second + (1 - b2) g^2;
/// weight -= step first / (sqrt(second) scale + eps), with the bias corrections inside step and scale.</summary>
readonly struct AdamRule : IUpdateRule
{
    public required float Beta1 { get; init; }
    public required float Beta2 { get; init; }

    /// <summary>1 - b1, subtracted in double as PyTorch does.</summary>
    public required float Rest1 { get; init; }

    /// <summary>1 - b2.</summary>
    public required float Rest2 { get; init; }

    /// <summary>Minus the learning rate over 1 - b1^t.</summary>
    public required float Step { get; init; }

    /// <summary>1 / sqrt(1 - b2^t).</summary>
    public required float Scale { get; init; }

    public required float Epsilon { get; init; }

    /// <summary>Added to the gradient, times the weight (L2; 0 for AdamW).</summary>
    public required float WeightDecay { get; init; }

    /// <summary>The weight is multiplied by this first (AdamW: 1 - learning rate times decay; else 1).</summary>
    public required float Shrink { get; init; }

    /// <inheritdoc/>
    public static string Name => "adam_step";

    /// <inheritdoc/>
    public (string Name, object? Value)[] Numbers =>
    [
        ("beta1", (double)Beta1), ("beta2", (double)Beta2), ("rest1", (double)Rest1), ("rest2", (double)Rest2),
        ("step", (double)Step), ("scale", (double)Scale), ("eps", (double)Epsilon), ("weight_decay", (double)WeightDecay), ("shrink", (double)Shrink),
    ];

    public static int States => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Apply<S, V>(V gradient, ref V weight, ref V first, ref V second, ref V third)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        var g = S.Fma(weight, S.Broadcast(WeightDecay), gradient);
        weight = S.Multiply(weight, S.Broadcast(Shrink));
        first = S.Fma(g, S.Broadcast(Rest1), S.Multiply(first, S.Broadcast(Beta1)));
        second = S.Fma(S.Multiply(g, S.Broadcast(Rest2)), g, S.Multiply(second, S.Broadcast(Beta2)));
        var denominator = S.Fma(S.Sqrt(second), S.Broadcast(Scale), S.Broadcast(Epsilon));
        weight = S.Fma(S.Divide(first, denominator), S.Broadcast(Step), weight);
    }
}

/// <summary>Gradient descent: g += decay weight; weight -= rate g.</summary>
readonly struct SgdRule : IUpdateRule
{
    /// <summary>Minus the learning rate.</summary>
    public required float Step { get; init; }

    public required float WeightDecay { get; init; }

    /// <inheritdoc/>
    public static string Name => "sgd_step";

    /// <inheritdoc/>
    public (string Name, object? Value)[] Numbers =>
    [
        ("step", (double)Step), ("weight_decay", (double)WeightDecay),
    ];

    public static int States => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Apply<S, V>(V gradient, ref V weight, ref V first, ref V second, ref V third)
        where S : struct, ISimd<V>
        where V : unmanaged =>
        weight = S.Fma(S.Fma(weight, S.Broadcast(WeightDecay), gradient), S.Broadcast(Step), weight);
}

/// <summary>Gradient descent with momentum: first = momentum first + (1 - dampening) g; weight -= rate first, or with
/// Nesterov rate (g + momentum first).</summary>
readonly struct MomentumRule : IUpdateRule
{
    /// <summary>Minus the learning rate.</summary>
    public required float Step { get; init; }

    public required float WeightDecay { get; init; }
    public required float Momentum { get; init; }

    /// <summary>1 - dampening; 1 on the first step, whatever the dampening.</summary>
    public required float Gain { get; init; }

    /// <summary>The share of g that is added to <see cref="Follow"/> times the momentum buffer: 1 with Nesterov, else 0.
    /// </summary>
    public required float Lead { get; init; }

    /// <summary>The momentum with Nesterov, else 1.</summary>
    public required float Follow { get; init; }

    /// <inheritdoc/>
    public static string Name => "momentum_step";

    /// <inheritdoc/>
    public (string Name, object? Value)[] Numbers =>
    [
        ("step", (double)Step), ("weight_decay", (double)WeightDecay), ("momentum", (double)Momentum),
        ("gain", (double)Gain), ("lead", (double)Lead), ("follow", (double)Follow),
    ];

    public static int States => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Apply<S, V>(V gradient, ref V weight, ref V first, ref V second, ref V third)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        var g = S.Fma(weight, S.Broadcast(WeightDecay), gradient);
        first = S.Fma(first, S.Broadcast(Momentum), S.Multiply(g, S.Broadcast(Gain)));
        var direction = S.Fma(first, S.Broadcast(Follow), S.Multiply(g, S.Broadcast(Lead)));
        weight = S.Fma(direction, S.Broadcast(Step), weight);
    }
}
