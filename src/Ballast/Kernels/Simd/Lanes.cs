using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>How much of a register lies in memory, or is new there: all its lanes, those that a mask has, or those that it lacks.</summary>
unsafe interface ILanes
{
    /// <summary>The lanes that lie there, and 0 in the others.</summary>
    static abstract V Load<S, V>(float* source, V mask) where S : struct, ISimd<V> where V : unmanaged;

    /// <summary>Stores the lanes that lie there, or are new.</summary>
    static abstract void Store<S, V>(float* destination, V mask, V value) where S : struct, ISimd<V> where V : unmanaged;
}

/// <summary>All lanes; the mask is not asked.</summary>
readonly unsafe struct AllLanes : ILanes
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<S, V>(float* source, V mask) where S : struct, ISimd<V> where V : unmanaged => S.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<S, V>(float* destination, V mask, V value) where S : struct, ISimd<V> where V : unmanaged =>
        S.Store(destination, value);
}

/// <summary>Those that the mask has.</summary>
readonly unsafe struct SomeLanes : ILanes
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<S, V>(float* source, V mask) where S : struct, ISimd<V> where V : unmanaged => S.LoadSome(source, mask);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<S, V>(float* destination, V mask, V value) where S : struct, ISimd<V> where V : unmanaged =>
        S.StoreSome(destination, mask, value);
}

/// <summary>All lie there, and those that the mask lacks are new: the others stay as they are.</summary>
readonly unsafe struct LaterLanes : ILanes
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<S, V>(float* source, V mask) where S : struct, ISimd<V> where V : unmanaged => S.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<S, V>(float* destination, V mask, V value) where S : struct, ISimd<V> where V : unmanaged =>
        S.Store(destination, S.Select(mask, S.Load(destination), value));
}
