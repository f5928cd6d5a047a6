using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>What lies beside a convolution's result, in the same order, for those who read it along.</summary>
readonly unsafe struct ResultSources
{
    /// <summary>What is added to the result.</summary>
    public float* Added { get; init; }

    /// <summary>The result of a ReLU: the gradient passes where it is above zero.</summary>
    public float* Gate { get; init; }

    /// <summary>The values that a normalization normalized.</summary>
    public float* Normalized { get; init; }
}

/// <summary>What becomes of a value of a convolution's result before it is written, and what is summed up of the values of
/// each channel for whoever comes next: all of it while the value is in a register.</summary>
unsafe interface IResultEnd
{
    /// <summary>Whether deviations are summed up, whose center is then the first value.</summary>
    static abstract bool TakesMoments { get; }

    /// <param name="value">The value that was computed.</param>
    /// <param name="from">What is read along.</param>
    /// <param name="at">Where the value lies, counted from the first.</param>
    /// <param name="channel">The channels' constants.</param>
    /// <param name="first">The first sum.</param>
    /// <param name="second">The second sum.</param>
    /// <returns>The value to write.</returns>
    static abstract V Take<S, V>(
        V value, in ResultSources from, nint at, in Channel<V> channel, ref V first, ref V second)
        where S : struct, ISimd<V> where V : unmanaged;
}

/// <summary>Whether something is added to the result first.</summary>
unsafe interface IJoin
{
    static abstract V Add<S, V>(V value, float* added) where S : struct, ISimd<V> where V : unmanaged;
}

/// <summary>Nothing is.</summary>
readonly unsafe struct Alone : IJoin
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Add<S, V>(V value, float* added) where S : struct, ISimd<V> where V : unmanaged => value;
}

/// <summary>Something is: what goes around a residual block, or the gradient that came around it.</summary>
readonly unsafe struct Joined : IJoin
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Add<S, V>(V value, float* added)
        where S : struct, ISimd<V> where V : unmanaged => S.Add(value, S.Load(added));
}

/// <summary>Nothing follows.</summary>
readonly unsafe struct PlainEnd<J> : IResultEnd
    where J : struct, IJoin
{
    public static bool TakesMoments => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Take<S, V>(
        V value, in ResultSources from, nint at, in Channel<V> channel, ref V first, ref V second)
        where S : struct, ISimd<V> where V : unmanaged => J.Add<S, V>(value, from.Added + at);
}

/// <summary>A ReLU follows.</summary>
readonly unsafe struct ReluEnd<J> : IResultEnd
    where J : struct, IJoin
{
    public static bool TakesMoments => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Take<S, V>(
        V value, in ResultSources from, nint at, in Channel<V> channel, ref V first, ref V second)
        where S : struct, ISimd<V> where V : unmanaged => S.Max(J.Add<S, V>(value, from.Added + at), S.Broadcast(0));
}

/// <summary>A normalization of these values follows: deviations from the center and their squares.</summary>
readonly unsafe struct MomentsEnd : IResultEnd
{
    public static bool TakesMoments => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Take<S, V>(
        V value, in ResultSources from, nint at, in Channel<V> channel, ref V first, ref V second)
        where S : struct, ISimd<V> where V : unmanaged
    {
        V deviation = S.Subtract(value, channel.Center);
        first = S.Add(first, deviation);
        second = S.Fma(deviation, deviation, second);
        return value;
    }
}

/// <summary>The value is the gradient of what a normalization and perhaps a ReLU made: the sums are those that the
/// normalization's own gradient needs.</summary>
readonly unsafe struct NormalizationEnd<G, J> : IResultEnd
    where G : struct, IGate
    where J : struct, IJoin
{
    public static bool TakesMoments => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Take<S, V>(
        V value, in ResultSources from, nint at, in Channel<V> channel, ref V first, ref V second)
        where S : struct, ISimd<V> where V : unmanaged
    {
        V gradient = J.Add<S, V>(value, from.Added + at);
        GradientTerm<G>.Add<S, V>(S.Load(from.Normalized + at), gradient, channel, ref first, ref second);
        return gradient;
    }
}

/// <summary>The value is the gradient of what a ReLU made of a sum with a normalization in it: it is written as it passes the
/// ReLU, and summed up for the normalization.</summary>
readonly unsafe struct ResidualEnd<J> : IResultEnd
    where J : struct, IJoin
{
    public static bool TakesMoments => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Take<S, V>(
        V value, in ResultSources from, nint at, in Channel<V> channel, ref V first, ref V second)
        where S : struct, ISimd<V> where V : unmanaged
    {
        V gradient = S.WherePositive(S.Load(from.Gate + at), J.Add<S, V>(value, from.Added + at));
        GradientTerm<OpenGate>.Add<S, V>(S.Load(from.Normalized + at), gradient, channel, ref first, ref second);
        return gradient;
    }
}
