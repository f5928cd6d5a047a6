using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>The constants of one channel, or of a register of channels.</summary>
readonly struct Channel<V>(V center, V scale, V shift)
    where V : unmanaged
{
    public V Center { get; } = center;
    public V Scale { get; } = scale;
    public V Shift { get; } = shift;

    /// <summary>Those of neighbouring channels, a lane for each.</summary>
    /// <param name="table">The first channel's center.</param>
    /// <param name="stride">From one row of constants to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Channel<V> Load<S>(float* table, nint stride)
        where S : struct, ISimd<V> => new(S.Load(table), S.Load(table + stride), S.Load(table + 2 * stride));

    /// <summary>Those of one channel in all lanes.</summary>
    /// <inheritdoc cref="Load{S}(float*, nint)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Channel<V> Broadcast<S>(float* table, nint stride)
        where S : struct, ISimd<V> => new(S.Broadcast(*table), S.Broadcast(table[stride]), S.Broadcast(table[2 * stride]));
}

/// <summary>What a sum over all values of a channel adds up: two sums at once.</summary>
interface IChannelTerm
{
    /// <summary>Whether the term reads a gradient beside the values.</summary>
    static abstract bool ReadsGradient { get; }

    /// <summary>Whether the center is the first value that a part has of the channel: its constants are the part's own.
    /// </summary>
    static abstract bool CentersItself { get; }

    static abstract void Add<S, V>(V x, V gradient, in Channel<V> channel, ref V first, ref V second)
        where S : struct, ISimd<V> where V : unmanaged;
}

/// <summary>What becomes of the gradient before it reaches a normalization.</summary>
interface IGate
{
    static abstract V Pass<S, V>(V x, V gradient, in Channel<V> channel) where S : struct, ISimd<V> where V : unmanaged;
}

/// <summary>Everything passes.</summary>
readonly struct OpenGate : IGate
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Pass<S, V>(V x, V gradient, in Channel<V> channel)
        where S : struct, ISimd<V> where V : unmanaged => gradient;
}

/// <summary>What a ReLU behind the normalization lets through: the gradient where (x - center) scale + shift is not 0 or less.
/// </summary>
readonly struct ReluGate : IGate
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Pass<S, V>(V x, V gradient, in Channel<V> channel)
        where S : struct, ISimd<V> where V : unmanaged =>
        S.WherePositive(S.Fma(S.Subtract(x, channel.Center), channel.Scale, channel.Shift), gradient);
}

/// <summary>The sums of x - center and of (x - center)^2, with a value of the stretch itself as the center.</summary>
readonly struct DeviationTerm : IChannelTerm
{
    public static bool ReadsGradient => false;
    public static bool CentersItself => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add<S, V>(V x, V gradient, in Channel<V> channel, ref V first, ref V second)
        where S : struct, ISimd<V> where V : unmanaged
    {
        var deviation = S.Subtract(x, channel.Center);
        first = S.Add(first, deviation);
        second = S.Fma(deviation, deviation, second);
    }
}

/// <summary>The sums of the gradient and of the gradient times x - center.</summary>
readonly struct GradientTerm<G> : IChannelTerm
    where G : struct, IGate
{
    public static bool ReadsGradient => true;
    public static bool CentersItself => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add<S, V>(V x, V gradient, in Channel<V> channel, ref V first, ref V second)
        where S : struct, ISimd<V> where V : unmanaged
    {
        var passed = G.Pass<S, V>(x, gradient, channel);
        first = S.Add(first, passed);
        second = S.Fma(passed, S.Subtract(x, channel.Center), second);
    }
}

/// <summary>One result for each value of a channel.</summary>
interface IChannelMap
{
    /// <summary>Whether the map reads a gradient beside the values.</summary>
    static abstract bool ReadsGradient { get; }

    /// <param name="x">The value.</param>
    /// <param name="gradient">The gradient, where the map reads one.</param>
    /// <param name="channel">The normalization.</param>
    /// <param name="a">Three more constants of the channel, where the map needs them.</param>
    static abstract V Apply<S, V>(V x, V gradient, in Channel<V> channel, in Channel<V> a)
        where S : struct, ISimd<V> where V : unmanaged;
}

/// <summary>(x - center) scale + shift.</summary>
readonly struct AffineMap : IChannelMap
{
    public static bool ReadsGradient => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V x, V gradient, in Channel<V> channel, in Channel<V> a)
        where S : struct, ISimd<V> where V : unmanaged =>
        S.Fma(S.Subtract(x, channel.Center), channel.Scale, channel.Shift);
}

/// <summary>max(0, (x - center) scale + shift).</summary>
readonly struct AffineReluMap : IChannelMap
{
    public static bool ReadsGradient => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V x, V gradient, in Channel<V> channel, in Channel<V> a)
        where S : struct, ISimd<V> where V : unmanaged =>
        S.Max(AffineMap.Apply<S, V>(x, gradient, channel, a), S.Broadcast(0));
}

/// <summary>The gradient that passes what is behind the normalization.</summary>
readonly struct GateMap<G> : IChannelMap
    where G : struct, IGate
{
    public static bool ReadsGradient => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V x, V gradient, in Channel<V> channel, in Channel<V> a)
        where S : struct, ISimd<V> where V : unmanaged => G.Pass<S, V>(x, gradient, channel);
}

/// <summary>gradient a.scale + (x - center) a.center + a.shift: the gradient through a normalization, whose constants hold the
/// means of the gradient and of the gradient times x.</summary>
readonly struct GradientMap<G> : IChannelMap
    where G : struct, IGate
{
    public static bool ReadsGradient => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V x, V gradient, in Channel<V> channel, in Channel<V> a)
        where S : struct, ISimd<V> where V : unmanaged =>
        S.Fma(G.Pass<S, V>(x, gradient, channel), a.Scale,
            S.Fma(S.Subtract(x, channel.Center), a.Center, a.Shift));
}

/// <summary>gradient a.scale + a.shift: the gradient through a normalization whose statistics are given, which a value that is not a
/// number has no part in.</summary>
readonly struct ScaledMap<G> : IChannelMap
    where G : struct, IGate
{
    public static bool ReadsGradient => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V x, V gradient, in Channel<V> channel, in Channel<V> a)
        where S : struct, ISimd<V> where V : unmanaged =>
        S.Fma(G.Pass<S, V>(x, gradient, channel), a.Scale, a.Shift);
}
