using System.Diagnostics;
using System.Globalization;

namespace Ballast.Peers;

/// <summary>The environment of a process that times.</summary>
static class Environments
{
    /// <summary>This program again, with a number of threads for every library and an allocator that keeps its memory.</summary>
    public static ProcessStartInfo Of(int threads, string variable, string[] args)
    {
        string count = threads.ToString(CultureInfo.InvariantCulture);
        var start = new ProcessStartInfo(Environment.ProcessPath!);
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Ballast.Peers.dll"));
        foreach (string argument in args)
            start.ArgumentList.Add(argument);
        start.Environment[variable] = count;
        foreach (string name in new[] { "OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS" })
            start.Environment[name] = count;

        // glibc gives large blocks back at once and takes page faults for the next ones.
        start.Environment["MALLOC_MMAP_THRESHOLD_"] = start.Environment["MALLOC_TRIM_THRESHOLD_"] = "8589934592";
        start.Environment["MALLOC_TOP_PAD_"] = "67108864";

        string shim = Path.Combine(AppContext.BaseDirectory, "libshim.so");
        if (File.Exists(shim))
            start.Environment["LD_PRELOAD"] = shim;
        return start;
    }
}
