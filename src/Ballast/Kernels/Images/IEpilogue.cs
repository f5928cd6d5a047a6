using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>Epilogue that is compiled into a kernel: what becomes of a value of the result while it is in a register.</summary>
unsafe interface IEpilogue
{
    /// <summary>The value to write.</summary>
    /// <param name="value">The value that was computed.</param>
    /// <param name="added">Where the value to add lies, for an epilogue that adds.</param>
    static abstract V Apply<S, V>(V value, float* added) where S : struct, ISimd<V> where V : unmanaged;
}

/// <summary>No epilogue.</summary>
readonly unsafe struct NoEpilogue : IEpilogue
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V value, float* added) where S : struct, ISimd<V> where V : unmanaged => value;
}

/// <summary>max(value, 0).</summary>
readonly unsafe struct ReluEpilogue : IEpilogue
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V value, float* added) where S : struct, ISimd<V> where V : unmanaged =>
        S.Max(value, S.Broadcast(0));
}

/// <summary>value + added.</summary>
readonly unsafe struct AddEpilogue : IEpilogue
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V value, float* added) where S : struct, ISimd<V> where V : unmanaged =>
        S.Add(value, S.Load(added));
}

/// <summary>max(value + added, 0).</summary>
readonly unsafe struct AddReluEpilogue : IEpilogue
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V value, float* added) where S : struct, ISimd<V> where V : unmanaged =>
        S.Max(S.Add(value, S.Load(added)), S.Broadcast(0));
}
