using System.Runtime.InteropServices;

namespace Ballast.Kernels;

/// <summary>A pattern beside memory that a kernel writes to, by which a write past its end is found. The tests switch it on.</summary>
static class Guards
{
    /// <summary>How many floats are guarded behind an end, where there is room.</summary>
    public const int Length = 16;

    const int Pattern = 0x7fc0dead; // not a number, which no computation makes

    /// <summary>Whether memory is guarded from now on.</summary>
    public static bool AreSet { get; set; }

    /// <summary>Writes the pattern.</summary>
    public static void Set(Span<float> guard) => MemoryMarshal.Cast<float, int>(guard).Fill(Pattern);

    /// <summary>Refuses a guard that somebody has written to.</summary>
    public static void Check(ReadOnlySpan<float> guard)
    {
        if (MemoryMarshal.Cast<float, int>(guard).ContainsAnyExcept(Pattern))
            throw new InvalidOperationException("A kernel wrote past the end of its memory. This is a mistake of the library: please report it.");
    }
}
