using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>Adagrad: sum += g^2, w += step g / (sqrt(sum) + eps).</summary>
/// <param name="step">Minus the learning rate, decayed.</param>
/// <param name="eps">Added to the root.</param>
/// <param name="weightDecay">Added to the gradient, times the weight (L2).</param>
readonly struct AdagradRule(double step, double eps, double weightDecay) : IUpdateRule
{
    readonly float step = (float)step, eps = (float)eps, decay = (float)weightDecay;

    /// <inheritdoc/>
    public static string Name => "adagrad_step";

    /// <inheritdoc/>
    public (string Name, object? Value)[] Numbers => [("step", (double)step), ("eps", (double)eps), ("weight_decay", (double)decay)];

    public static int States => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Apply<S, V>(V gradient, ref V weight, ref V first, ref V second, ref V third)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V g = S.Fma(weight, S.Broadcast(decay), gradient);
        first = S.Fma(g, g, first);
        weight = S.Fma(S.Divide(g, S.Add(S.Sqrt(first), S.Broadcast(eps))), S.Broadcast(step), weight);
    }
}

/// <summary>Adadelta: v = rho v + (1 - rho) g^2, d = sqrt(u + eps) / sqrt(v + eps) g, u = rho u + (1 - rho) d^2, w += step d.</summary>
/// <param name="step">Minus the learning rate.</param>
/// <param name="rho">How much of the running means is kept.</param>
/// <param name="eps">Added under the roots.</param>
/// <param name="weightDecay">Added to the gradient, times the weight (L2).</param>
readonly struct AdadeltaRule(double step, double rho, double eps, double weightDecay) : IUpdateRule
{
    readonly float step = (float)step, rho = (float)rho, rest = (float)(1 - rho), eps = (float)eps, decay = (float)weightDecay;

    /// <inheritdoc/>
    public static string Name => "adadelta_step";

    /// <inheritdoc/>
    public (string Name, object? Value)[] Numbers =>
        [("step", (double)step), ("rho", (double)rho), ("rest", (double)rest), ("eps", (double)eps), ("weight_decay", (double)decay)];

    public static int States => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Apply<S, V>(V gradient, ref V weight, ref V first, ref V second, ref V third)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V g = S.Fma(weight, S.Broadcast(decay), gradient), least = S.Broadcast(eps), kept = S.Broadcast(rho);
        first = S.Fma(S.Multiply(g, S.Broadcast(rest)), g, S.Multiply(first, kept));
        V d = S.Multiply(S.Divide(S.Sqrt(S.Add(second, least)), S.Sqrt(S.Add(first, least))), g);
        second = S.Fma(S.Multiply(d, S.Broadcast(rest)), d, S.Multiply(second, kept));
        weight = S.Fma(d, S.Broadcast(step), weight);
    }
}

/// <summary>RMSprop: v = alpha v + (1 - alpha) g^2, less the square of the running mean of g where it is kept; d = momentum d + g / (sqrt(v) +
/// eps), w += step d. The states are v, the running mean of g, and d; the last two may be missing.</summary>
/// <param name="step">Minus the learning rate.</param>
/// <param name="alpha">How much of the running means is kept.</param>
/// <param name="eps">Added to the root.</param>
/// <param name="weightDecay">Added to the gradient, times the weight (L2).</param>
/// <param name="momentum">How much of the last step's direction is kept; 0 where it is missing.</param>
/// <param name="centered">Whether the running mean of g is kept.</param>
readonly struct RmsRule(double step, double alpha, double eps, double weightDecay, double momentum, bool centered) : IUpdateRule
{
    readonly float step = (float)step, alpha = (float)alpha, rest = (float)(1 - alpha), eps = (float)eps, decay = (float)weightDecay;
    readonly float momentum = (float)momentum;
    readonly bool centered = centered;

    /// <inheritdoc/>
    public static string Name => "rmsprop_step";

    /// <inheritdoc/>
    public (string Name, object? Value)[] Numbers =>
    [
        ("step", (double)step), ("alpha", (double)alpha), ("rest", (double)rest), ("eps", (double)eps), ("weight_decay", (double)decay),
        ("momentum", (double)momentum), ("centered", centered),
    ];

    public static int States => 3;

    public static bool MayLack => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Apply<S, V>(V gradient, ref V weight, ref V first, ref V second, ref V third)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V g = S.Fma(weight, S.Broadcast(decay), gradient), kept = S.Broadcast(alpha), share = S.Broadcast(rest);
        first = S.Fma(S.Multiply(g, share), g, S.Multiply(first, kept));
        V square = first;
        if (centered)
        {
            second = S.Fma(g, share, S.Multiply(second, kept));
            square = S.Subtract(first, S.Multiply(second, second));
        }

        third = S.Fma(third, S.Broadcast(momentum), S.Divide(g, S.Add(S.Sqrt(square), S.Broadcast(eps))));
        weight = S.Fma(third, S.Broadcast(step), weight);
    }
}
