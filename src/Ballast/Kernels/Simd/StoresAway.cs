using System.Runtime.Intrinsics.X86;

namespace Ballast.Kernels;

/// <summary>What stores past the caches need besides.</summary>
static class StoresAway
{
    /// <summary>Such stores may reach memory after later ordinary ones: before another thread is told that they are done, they
    /// have to be.</summary>
    public static void Fence()
    {
        if (Sse.IsSupported)
            Sse.StoreFence();
        else
            Thread.MemoryBarrier();
    }
}
