using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>Epilogue that is compiled into a kernel: what becomes of a value of the result while it is in a register.</summary>
interface IEpilogue
{
    /// <summary>Whether something is added.</summary>
    static abstract bool Adds { get; }

    /// <summary>The value to write.</summary>
    /// <param name="value">The value that was computed.</param>
    /// <param name="added">The value to add, for an epilogue that adds.</param>
    static abstract V Apply<S, V>(V value, V added) where S : struct, ISimd<V> where V : unmanaged;
}

/// <summary>No epilogue.</summary>
readonly struct NoEpilogue : IEpilogue
{
    public static bool Adds => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V value, V added) where S : struct, ISimd<V> where V : unmanaged => value;
}

/// <summary>max(value, 0).</summary>
readonly struct ReluEpilogue : IEpilogue
{
    public static bool Adds => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V value, V added) where S : struct, ISimd<V> where V : unmanaged =>
        S.Max(value, S.Broadcast(0));
}

/// <summary>value + added.</summary>
readonly struct AddEpilogue : IEpilogue
{
    public static bool Adds => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V value, V added) where S : struct, ISimd<V> where V : unmanaged =>
        S.Add(value, added);
}

/// <summary>max(value + added, 0).</summary>
readonly struct AddReluEpilogue : IEpilogue
{
    public static bool Adds => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V value, V added) where S : struct, ISimd<V> where V : unmanaged =>
        S.Max(S.Add(value, added), S.Broadcast(0));
}
