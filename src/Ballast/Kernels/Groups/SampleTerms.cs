using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>The constants of one channel of a sample, or of a register of channels, by the rows that they lie in. Each term and map says what
/// it does with them.</summary>
readonly struct SampleConstants<V>(V center, V scale, V shift, V slope, V offset, V bend, V bound, V spread)
    where V : unmanaged
{
    public V Center { get; } = center;
    public V Scale { get; } = scale;
    public V Shift { get; } = shift;
    public V Slope { get; } = slope;
    public V Offset { get; } = offset;
    public V Bend { get; } = bend;
    public V Bound { get; } = bound;
    public V Spread { get; } = spread;
}

/// <summary>The rows of the constants of a sample's channels. Loops read the first eight; two more are the operation's own.</summary>
static class SampleRow
{
    public const int Center = 0, Scale = 1, Shift = 2, Slope = 3, Offset = 4, Bend = 5, Bound = 6, Spread = 7, Own = 8, Second = 9;

    /// <summary>How many there are.</summary>
    public const int Count = 10;
}

/// <summary>What a sum over a channel of a sample adds up: up to five sums at once.</summary>
interface ISampleTerm
{
    /// <summary>Whether the term reads a gradient beside the values.</summary>
    static abstract bool ReadsGradient { get; }

    /// <summary>How many of the sums it fills.</summary>
    static abstract int Count { get; }

    static abstract void Add<S, V>(
        V x, V gradient, in SampleConstants<V> k, ref V first, ref V second, ref V third, ref V fourth, ref V fifth)
        where S : struct, ISimd<V> where V : unmanaged;
}

/// <summary>One result for each value of a channel of a sample.</summary>
interface ISampleMap
{
    /// <summary>Whether the map reads a gradient beside the values.</summary>
    static abstract bool ReadsGradient { get; }

    static abstract V Apply<S, V>(V x, V gradient, in SampleConstants<V> k)
        where S : struct, ISimd<V> where V : unmanaged;
}

/// <summary>The sum of x^2.</summary>
readonly struct SampleSquareTerm : ISampleTerm
{
    public static bool ReadsGradient => false;

    public static int Count => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add<S, V>(
        V x, V gradient, in SampleConstants<V> k, ref V first, ref V second, ref V third, ref V fourth, ref V fifth)
        where S : struct, ISimd<V> where V : unmanaged => first = S.Fma(x, x, first);
}
