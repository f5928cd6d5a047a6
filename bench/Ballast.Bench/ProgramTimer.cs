using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Ballast.Tests.Programs;

namespace Ballast.Bench;

/// <summary>Times steps of a whole program of the tests, from its first step on, after a run that is not counted: its data, its loop and its
/// print-outs as a user would have them.</summary>
static class ProgramTimer
{
    /// <summary>program NAME THREADS STEPS.</summary>
    public static int Run(string[] args)
    {
        if (args is not [var name, var threads, var count] || !ProgramList.All.TryGetValue(name, out var losses))
        {
            Console.Error.WriteLine($"program NAME THREADS STEPS; names: {string.Join(", ", ProgramList.All.Keys)}");
            return 2;
        }

        Compute.Threads = int.Parse(threads, CultureInfo.InvariantCulture);
        int steps = int.Parse(count, CultureInfo.InvariantCulture);
        Take(losses, steps);
        // Compilation of what runs often goes on beside the first run.
        Thread.Sleep(300);
        Take(losses, steps);
        long bytes = GC.GetAllocatedBytesForCurrentThread(), made = Buffer.Allocated;
        int collections = GC.CollectionCount(0), full = GC.CollectionCount(2);
        long start = Stopwatch.GetTimestamp();
        double last = Take(losses, steps);
        double ms = Stopwatch.GetElapsedTime(start).TotalMilliseconds / steps;
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            program = name,
            threads = Compute.Threads,
            ms,
            last,
            bytes_per_step = (GC.GetAllocatedBytesForCurrentThread() - bytes) / steps,
            buffers_per_step = (Buffer.Allocated - made) / steps,
            collections = GC.CollectionCount(0) - collections,
            full = GC.CollectionCount(2) - full,
        }));
        return 0;
    }

    static double Take(Func<IEnumerable<double>> losses, int steps)
    {
        using var scope = Generator.UseDefault(new Generator(42));
        return losses().Take(steps).Last();
    }
}
