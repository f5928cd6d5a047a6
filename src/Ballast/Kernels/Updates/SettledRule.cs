using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>A rule whose states become 0 where they are no larger than the smallest normal float. Without gradients, as of a unit that is never
/// active, a state shrinks by its factor in each step until 0.9 times the smallest float is rounded to the smallest float again, and a processor
/// takes a hundred cycles for each such value.</summary>
readonly struct SettledRule<R>(R rule) : IUpdateRule
    where R : struct, IUpdateRule
{
    const float SmallestNormal = 1.17549435e-38f;

    readonly R rule = rule;

    /// <inheritdoc/>
    public static string Name => R.Name;

    /// <inheritdoc/>
    public (string Name, object? Value)[] Numbers => rule.Numbers;

    public static int States => R.States;

    public static bool MayLack => R.MayLack;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Apply<S, V>(V gradient, ref V weight, ref V first, ref V second, ref V third)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        rule.Apply<S, V>(gradient, ref weight, ref first, ref second, ref third);
        first = Settled<S, V>(first);
        second = Settled<S, V>(second);
        third = Settled<S, V>(third);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Settled<S, V>(V state)
        where S : struct, ISimd<V>
        where V : unmanaged => S.Select(S.GreaterOrUnordered(S.Abs(state), S.Broadcast(SmallestNormal)), state, S.Broadcast(0));
}
