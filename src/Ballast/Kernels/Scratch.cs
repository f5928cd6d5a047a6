namespace Ballast.Kernels;

/// <summary>Working memory of the calling thread, kept from call to call so that its pages stay mapped and warm.</summary>
static unsafe class Scratch
{
    [ThreadStatic] static float[]? memory;

    /// <summary>At least <paramref name="length"/> floats, 64-byte aligned, holding whatever the last user left. One user at
    /// a time on each thread.</summary>
    public static float* Take(int length)
    {
        if (memory is null || memory.Length < length + 16)
            memory = GC.AllocateUninitializedArray<float>(Math.Max(length, 1 << 14) + 16, pinned: true);
        nint address = (nint)System.Runtime.CompilerServices.Unsafe.AsPointer(ref memory[0]);
        return (float*)((address + 63) & ~63);
    }
}
