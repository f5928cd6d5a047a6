using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Ballast.Kernels;

/// <summary>Memory that will be needed soon, brought into the second-level cache a few lines at a time between other work: asked
/// for all at once, the lines would wait for one another and the work for them.</summary>
unsafe ref struct Prefetching
{
    const int CacheLine = 16; // floats

    readonly Region* regions;
    readonly int count;
    readonly int lines;
    int current;
    float* next;
    float* end;

    /// <summary>Begins with some regions.</summary>
    /// <param name="regions">What will be needed.</param>
    /// <param name="count">How many regions there are.</param>
    /// <param name="steps">How often <see cref="Step()"/> will be called.</param>
    public Prefetching(Region* regions, int count, int steps)
    {
        this.regions = regions;
        this.count = Sse.IsSupported ? count : 0;
        long length = 0;
        for (int i = 0; i < count; i++)
            length += regions[i].Length;
        lines = (int)((length / CacheLine + steps - 1) / steps);
        current = -1;
    }

    /// <summary>Asks for the next few lines; nothing happens where a processor cannot be asked.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Step()
    {
        for (int i = 0; i < lines; i++, next += CacheLine)
        {
            if (next >= end && !Open())
                return;
            Sse.Prefetch1(next);
        }
    }

    bool Open()
    {
        do
        {
            if (current + 1 >= count)
                return false;
            current++;
            next = regions[current].Start;
            end = next + regions[current].Length;
        }
        while (next >= end);
        return true;
    }
}
