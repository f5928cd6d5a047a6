using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>Moves an average towards a value, which stands in the gradient's place: weight += share (value - weight).</summary>
readonly struct BlendRule(float share) : IUpdateRule
{
    /// <inheritdoc/>
    public static string Name => "blend";

    /// <inheritdoc/>
    public (string Name, object? Value)[] Numbers => [("share", (double)share)];

    public static int States => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Apply<S, V>(V gradient, ref V weight, ref V first, ref V second, ref V third)
        where S : struct, ISimd<V>
        where V : unmanaged => weight = S.Fma(S.Subtract(gradient, weight), S.Broadcast(share), weight);
}
