using System.Runtime.InteropServices;

namespace Ballast.Kernels;

/// <summary>Memory in pages of 2 MB where the system has them: addresses are looked up less often, and the processor, which stops
/// fetching ahead at the end of a page, seldom comes to one.</summary>
static unsafe partial class HugePages
{
    /// <summary>The floats of a page.</summary>
    public const int Length = 1 << 19;

    const nint Size = Length * sizeof(float);
    const int Advice = 14; // MADV_HUGEPAGE

    /// <summary>Asks for huge pages where memory that nobody has written to yet fills whole ones. Nothing happens where the system
    /// has none to give; Linux has, and unless it is told otherwise gives them to those who ask.</summary>
    /// <param name="start">Where the memory begins.</param>
    /// <param name="length">How many floats it has.</param>
    public static void Ask(float* start, int length)
    {
        if (!OperatingSystem.IsLinux() || length < Length)
            return;
        nint first = ((nint)start + Size - 1) & -Size, end = (nint)(start + length) & -Size;
        if (first < end)
            _ = Advise(first, end - first, Advice);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Advise(nint start, nint length, int advice);
}
