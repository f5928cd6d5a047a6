using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>A rule for the gradient with its sign turned: it climbs where the rule descends.</summary>
readonly struct NegatedRule<R>(R inner) : IUpdateRule
    where R : struct, IUpdateRule
{
    readonly R inner = inner;

    /// <inheritdoc/>
    public static string Name => R.Name;

    /// <inheritdoc/>
    public (string Name, object? Value)[] Numbers => inner.Numbers;

    public static int States => R.States;

    public static bool MayLack => R.MayLack;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Apply<S, V>(V gradient, ref V weight, ref V first, ref V second, ref V third)
        where S : struct, ISimd<V>
        where V : unmanaged =>
        inner.Apply<S, V>(S.Subtract(S.Broadcast(0), gradient), ref weight, ref first, ref second, ref third);
}
