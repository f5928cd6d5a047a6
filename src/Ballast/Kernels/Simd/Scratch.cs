namespace Ballast.Kernels;

/// <summary>Working memory of the calling thread, kept from call to call so that its pages stay mapped and warm.</summary>
static unsafe class Scratch
{
    // From the start as large as kernels come to need, and from the beginning of a huge page: memory then lies side by side in the
    // second-level cache too. In an array that grew page by page it collides there, which made a thread up to 1.6 times slower. Only
    // the pages that are used are ever mapped.
    const int Smallest = 1 << 20;

    [ThreadStatic] static float[]? memory;
    [ThreadStatic] static float[]? shared;
    [ThreadStatic] static int guarded, sharedGuarded; // the lengths behind which guards stand

    /// <summary>At least <paramref name="length"/> floats, aligned as the largest pages are, holding whatever the last user left. One user at
    /// a time on each thread.</summary>
    public static float* Take(int length) => Take(ref memory, ref guarded, length);

    /// <summary>The same, for what the thread that starts parallel work prepares for all its workers: it lasts beside
    /// <see cref="Take(int)"/>.</summary>
    public static float* TakeShared(int length) => Take(ref shared, ref sharedGuarded, length);

    static float* Take(ref float[]? memory, ref int guarded, int length)
    {
        bool guards = Guards.AreSet;
        if (guarded > 0)
        {
            Guards.Check(new Span<float>(Start(memory!) + guarded, Guards.Length));
            guarded = 0;
        }

        if (memory is null || memory.Length < length + HugePages.Length + (guards ? Guards.Length : 0))
        {
            memory = GC.AllocateUninitializedArray<float>(Math.Max(length, Smallest) + HugePages.Length + Guards.Length, pinned: true);
            HugePages.Ask(Start(memory), memory.Length - HugePages.Length);
        }

        float* start = Start(memory);
        if (guards)
        {
            Guards.Set(new Span<float>(start + length, Guards.Length));
            guarded = length;
        }

        return start;
    }

    static float* Start(float[] memory)
    {
        nint address = (nint)System.Runtime.CompilerServices.Unsafe.AsPointer(ref memory[0]);
        const nint size = HugePages.Length * sizeof(float);
        return (float*)((address + size - 1) & -size);
    }
}
