using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>What is summed up over the values of each channel while they are written, for whoever comes next.</summary>
unsafe interface IResultTerm
{
    /// <param name="value">The value that was written.</param>
    /// <param name="source">What lies at the same place of another tensor, where the term reads one.</param>
    /// <param name="channel">The channels' constants.</param>
    /// <param name="first">The first sum.</param>
    /// <param name="second">The second sum.</param>
    static abstract void Add<S, V>(V value, float* source, in Channel<V> channel, ref V first, ref V second)
        where S : struct, ISimd<V> where V : unmanaged;
}

/// <summary>Deviations from the center and their squares: a normalization of these values follows.</summary>
readonly unsafe struct MomentTerm : IResultTerm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add<S, V>(V value, float* source, in Channel<V> channel, ref V first, ref V second)
        where S : struct, ISimd<V> where V : unmanaged
    {
        V deviation = S.Subtract(value, channel.Center);
        first = S.Add(first, deviation);
        second = S.Fma(deviation, deviation, second);
    }
}

/// <summary>The sums that the gradient of a normalization needs, of the gradient that is being written and the values that
/// were normalized.</summary>
readonly unsafe struct NormalizationTerm<G> : IResultTerm
    where G : struct, IGate
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add<S, V>(V value, float* source, in Channel<V> channel, ref V first, ref V second)
        where S : struct, ISimd<V> where V : unmanaged =>
        GradientTerm<G>.Add<S, V>(S.Load(source), value, channel, ref first, ref second);
}
