using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>What becomes of a pixel's channels while they are read.</summary>
interface IPrologue
{
    /// <summary>Whether the map needs the channels' constants.</summary>
    static abstract bool ReadsTable { get; }

    static abstract V Apply<S, V>(V x, in Channel<V> channel) where S : struct, ISimd<V> where V : unmanaged;
}

/// <summary>Nothing.</summary>
readonly struct Identity : IPrologue
{
    public static bool ReadsTable => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V x, in Channel<V> channel) where S : struct, ISimd<V> where V : unmanaged => x;
}

/// <summary>(x - center) scale + shift.</summary>
readonly struct Normalized : IPrologue
{
    public static bool ReadsTable => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V x, in Channel<V> channel) where S : struct, ISimd<V> where V : unmanaged =>
        S.Fma(S.Subtract(x, channel.Center), channel.Scale, channel.Shift);
}

/// <summary>max(0, (x - center) scale + shift).</summary>
readonly struct NormalizedRelu : IPrologue
{
    public static bool ReadsTable => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V x, in Channel<V> channel) where S : struct, ISimd<V> where V : unmanaged =>
        S.Max(Normalized.Apply<S, V>(x, channel), S.Broadcast(0));
}

/// <summary>What maps of pixels share.</summary>
static unsafe class Prologues
{
    /// <summary>The constants of a register of channels, where the map needs them.</summary>
    /// <param name="table">center, scale and shift: [3, C].</param>
    /// <param name="c">The first channel.</param>
    /// <param name="channels">C.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Channel<V> Load<M, S, V>(float* table, int c, int channels)
        where M : struct, IPrologue
        where S : struct, ISimd<V>
        where V : unmanaged =>
        M.ReadsTable ? Channel<V>.Load<S>(table + c, channels) : default;

    /// <summary>The same for a register of which a mask has the lanes that are channels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Channel<V> Load<M, L, S, V>(float* table, int c, int channels, V mask)
        where M : struct, IPrologue
        where L : struct, ILanes
        where S : struct, ISimd<V>
        where V : unmanaged => M.ReadsTable
            ? new(L.Load<S, V>(table + c, mask), L.Load<S, V>(table + channels + c, mask), L.Load<S, V>(table + 2 * channels + c, mask))
            : default;
}
