using System.Runtime.InteropServices;

namespace Ballast.Kernels;

/// <summary>Memory in pages of 2 MB where the system has them: addresses are looked up less often, and the processor, which stops
/// fetching ahead at the end of a page, seldom comes to one.</summary>
static unsafe partial class HugePages
{
    /// <summary>The bytes of a page.</summary>
    public const nint Size = 2 << 20;

    const int Advice = 14; // MADV_HUGEPAGE

    /// <summary>Asks for huge pages where an array that nobody has written to yet fills whole ones. Nothing happens where the system
    /// has none to give; Linux has, and unless it is told otherwise gives them to those who ask.</summary>
    /// <param name="array">Pinned.</param>
    public static void Ask(float[] array)
    {
        if (!OperatingSystem.IsLinux() || array.Length * (nint)sizeof(float) < Size)
            return;
        nint start = Marshal.UnsafeAddrOfPinnedArrayElement(array, 0), end = start + array.Length * (nint)sizeof(float);
        start = (start + Size - 1) & -Size;
        end &= -Size;
        if (start < end)
            _ = Advise(start, end - start, Advice);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Advise(nint start, nint length, int advice);
}
