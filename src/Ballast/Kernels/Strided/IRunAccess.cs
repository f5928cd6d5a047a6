using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>Access to an operand within a run.</summary>
unsafe interface IRunAccess
{
    /// <summary>The next register's values: from memory, or those of the element that the run repeats.</summary>
    static abstract V Load<S, V>(float* at, V repeated) where S : struct, ISimd<V> where V : unmanaged;
}

/// <summary>Elements side by side.</summary>
readonly unsafe struct SideBySide : IRunAccess
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<S, V>(float* at, V repeated) where S : struct, ISimd<V> where V : unmanaged => S.Load(at);
}

/// <summary>One element for the whole run.</summary>
readonly unsafe struct Repeated : IRunAccess
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<S, V>(float* at, V repeated) where S : struct, ISimd<V> where V : unmanaged => repeated;
}
