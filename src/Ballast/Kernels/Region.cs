using System.Runtime.Intrinsics.X86;

namespace Ballast.Kernels;

/// <summary>Memory that will be needed soon, to be brought into the second-level cache piece by piece while something else is
/// computed.</summary>
readonly unsafe struct Region(float* start, int length)
{
    const int CacheLine = 16; // floats

    /// <summary>Where it begins.</summary>
    public float* Start => start;

    /// <summary>How many floats there are.</summary>
    public int Length => length;

    /// <summary>Asks for one of several pieces; nothing happens where a processor cannot be asked.</summary>
    public void Prefetch(int piece, int pieces)
    {
        if (!Sse.IsSupported)
            return;
        int first = (int)((long)length * piece / pieces), last = (int)((long)length * (piece + 1) / pieces);
        for (int i = first; i < last; i += CacheLine)
            Sse.Prefetch1(start + i);
    }
}
