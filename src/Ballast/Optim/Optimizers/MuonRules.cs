using System.Runtime.CompilerServices;
using Ballast.Kernels;

namespace Ballast;

/// <summary>Muon's running mean m = b m + (1 - b) g, and the direction g + kept (m - g), which is m where kept is 1.</summary>
readonly struct MuonMomentumRule : IUpdateRule
{
    /// <summary>1 - b.</summary>
    public required float Rest { get; init; }

    /// <summary>b for Nesterov's direction, else 1.</summary>
    public required float Kept { get; init; }

    /// <inheritdoc/>
    public static string Name => "muon_momentum";

    /// <inheritdoc/>
    public (string Name, object? Value)[] Numbers => [("rest", (double)Rest), ("kept", (double)Kept)];

    public static int States => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Apply<S, V>(V gradient, ref V weight, ref V first, ref V second, ref V third)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        first = S.Fma(S.Subtract(gradient, first), S.Broadcast(Rest), first);
        weight = S.Fma(S.Subtract(first, gradient), S.Broadcast(Kept), gradient);
    }
}

/// <summary>w = shrink w + step u, u being the orthogonalized direction.</summary>
readonly struct MuonStepRule : IUpdateRule
{
    /// <summary>Minus the learning rate, times the root of rows over columns where there are more rows.</summary>
    public required float Step { get; init; }

    /// <summary>1 - learning rate times decay.</summary>
    public required float Shrink { get; init; }

    /// <inheritdoc/>
    public static string Name => "muon_step";

    /// <inheritdoc/>
    public (string Name, object? Value)[] Numbers => [("step", (double)Step), ("shrink", (double)Shrink)];

    public static int States => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Apply<S, V>(V gradient, ref V weight, ref V first, ref V second, ref V third)
        where S : struct, ISimd<V>
        where V : unmanaged =>
        weight = S.Fma(gradient, S.Broadcast(Step), S.Multiply(weight, S.Broadcast(Shrink)));
}
