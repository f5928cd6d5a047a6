using System.Runtime.Intrinsics.X86;

namespace Ballast.Kernels;

/// <summary>How large this processor's caches are: kernels cut their work so that what is read again and again stays in one. Results do not
/// depend on it.</summary>
static class Caches
{
    const int Usual = 1 << 20, Smallest = 1 << 18, Largest = 1 << 22;

    /// <summary>Bytes of a core's second-level cache; 1 MB where the processor does not tell. Tests set others.</summary>
    public static int SecondLevel { get; set; } = Math.Clamp(Of(2) ?? Usual, Smallest, Largest);

    /// <summary>Rows of so many floats that together fill a share of the second-level cache, at least one.</summary>
    /// <param name="length">The floats of a row.</param>
    /// <param name="share">One over the share: 2 for half.</param>
    public static int Rows(int length, int share) => Math.Max(1, SecondLevel / sizeof(float) / share / Math.Max(1, length));

    // Intel's leaf 4 and AMD's 8000001Dh describe one cache in each subleaf, in the same way.
    static int? Of(int level)
    {
        if (!X86Base.IsSupported)
            return null;
        const int Amd = 0x68747541; // "Auth"
        bool isAmd = X86Base.CpuId(0, 0).Ebx == Amd;
        int leaf = isAmd ? unchecked((int)0x8000001D) : 4, greatest = X86Base.CpuId(isAmd ? unchecked((int)0x80000000) : 0, 0).Eax;
        if ((uint)greatest < (uint)leaf)
            return null;
        for (int index = 0; index < 16; index++)
        {
            var (eax, ebx, ecx, _) = X86Base.CpuId(leaf, index);
            if ((eax & 31) == 0)
                return null;
            if ((eax >> 5 & 7) == level)
                return (int)(((uint)ebx >> 22) + 1) * ((ebx >> 12 & 0x3FF) + 1) * ((ebx & 0xFFF) + 1) * (ecx + 1);
        }

        return null;
    }
}
