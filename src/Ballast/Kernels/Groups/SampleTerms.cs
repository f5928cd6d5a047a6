using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>Eight constants of one channel of a sample, or of a register of channels; what they are, each term and map says.
/// </summary>
readonly struct SampleConstants<V>(V a, V b, V c, V d, V e, V f, V g, V h)
    where V : unmanaged
{
    public V A { get; } = a;
    public V B { get; } = b;
    public V C { get; } = c;
    public V D { get; } = d;
    public V E { get; } = e;
    public V F { get; } = f;
    public V G { get; } = g;
    public V H { get; } = h;
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

/// <summary>The sum of x.</summary>
readonly struct SampleValueTerm : ISampleTerm
{
    public static bool ReadsGradient => false;

    public static int Count => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add<S, V>(
        V x, V gradient, in SampleConstants<V> k, ref V first, ref V second, ref V third, ref V fourth, ref V fifth)
        where S : struct, ISimd<V> where V : unmanaged => first = S.Add(first, x);
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

/// <summary>The sums of (x - a)^2 and of x - a, which corrects the first for the rounding of the center a.</summary>
readonly struct SampleDeviationTerm : ISampleTerm
{
    public static bool ReadsGradient => false;

    public static int Count => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add<S, V>(
        V x, V gradient, in SampleConstants<V> k, ref V first, ref V second, ref V third, ref V fourth, ref V fifth)
        where S : struct, ISimd<V> where V : unmanaged
    {
        var deviation = S.Subtract(x, k.A);
        first = S.Fma(deviation, deviation, first);
        second = S.Add(second, deviation);
    }
}
