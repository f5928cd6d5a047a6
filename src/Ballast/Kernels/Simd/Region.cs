using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Ballast.Kernels;

/// <summary>Memory that will be needed soon, to be brought into a near cache while something else is
/// computed.</summary>
readonly unsafe struct Region(float* start, int length)
{
    const int CacheLine = 16; // floats

    /// <summary>The floats of a page.</summary>
    public const int Page = 1024;

    /// <summary>Where it begins.</summary>
    public float* Start => start;

    /// <summary>How many floats there are.</summary>
    public int Length => length;

    /// <summary>Asks for what lies a page after values that are read now. Processors fetch ahead by themselves, but stop at the
    /// end of a page: where a loop does much with each value, it waits there.</summary>
    /// <param name="reading">What is read now.</param>
    /// <param name="length">How much is read at once.</param>
    /// <param name="distance">How far after them it lies.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Ahead(float* reading, int length, nint distance = Page)
    {
        if (!Sse.IsSupported)
            return;
        for (int i = 0; i < length; i += CacheLine)
            Sse.Prefetch0(reading + distance + i);
    }

    /// <summary>Asks for values whose turn comes later: into the second-level cache.</summary>
    /// <param name="start">The first value.</param>
    /// <param name="length">How many there are.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Early(float* start, int length)
    {
        if (!Sse.IsSupported)
            return;
        for (int i = 0; i < length; i += CacheLine)
            Sse.Prefetch1(start + i);
    }
}
