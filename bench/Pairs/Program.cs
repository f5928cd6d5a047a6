using System.Diagnostics;
using System.Globalization;
using System.Runtime.Loader;
using System.Text.Json;

namespace Ballast.Pairs;

/// <summary>Times the work of a row on two builds of Ballast in one process, in turn: both meet the same minutes of a shared machine, and the
/// same clock. <c>Ballast.Pairs OLD NEW THREADS PAIRS ROW...</c>: folders with Ballast.dll and Ballast.Rows.dll, how many pairs there
/// are at least, and the words of the row.
/// Prints the milliseconds of a call, pair by pair, as JSON.</summary>
static class Program
{
    const double Slice = 0.002; // seconds of one build before the other: a disturbance is to meet few pairs, or both of a pair
    const double Least = 1.5;  // seconds of all pairs
    const double WarmUp = 1;   // seconds of both, before and after the compiler was given time

    static int Main(string[] args)
    {
        if (args is not [var oldFolder, var newFolder, var threadText, var pairText, .. { Length: > 0 } row]
            || !int.TryParse(threadText, NumberStyles.None, CultureInfo.InvariantCulture, out int threads)
            || !int.TryParse(pairText, NumberStyles.None, CultureInfo.InvariantCulture, out int pairs))
        {
            Console.Error.WriteLine("Expected: Ballast.Pairs OLD NEW THREADS PAIRS ROW...");
            return 2;
        }

        Action[] works = [Load(oldFolder, row, threads), Load(newFolder, row, threads)];
        // Methods that were called often are compiled again a tenth of a second later.
        int calls = 1;
        for (int again = 0; again < 2; again++)
        {
            var clock = Stopwatch.StartNew();
            for (calls = 0; calls == 0 || clock.Elapsed.TotalSeconds < WarmUp; calls++)
                Array.ForEach(works, static work => work());
            calls = Math.Max(1, (int)(calls * 2 * Slice / clock.Elapsed.TotalSeconds));
            Thread.Sleep(200);
        }

        List<double>[] times = [[], []];
        long start = Stopwatch.GetTimestamp();
        for (int pair = 0; pair < pairs || Stopwatch.GetElapsedTime(start).TotalSeconds < Least; pair++)
        {
            for (int turn = 0; turn < 2; turn++)
            {
                int build = (pair + turn) % 2;
                times[build].Add(1e3 * Time(works[build], calls));
            }
        }

        Console.WriteLine(JsonSerializer.Serialize(new { old = times[0], @new = times[1] }));
        return 0;
    }

    static Action Load(string folder, string[] row, int threads)
    {
        folder = Path.GetFullPath(folder);
        var context = new AssemblyLoadContext(folder);
        context.Resolving += (_, name) =>
            File.Exists(Path.Combine(folder, $"{name.Name}.dll")) ? context.LoadFromAssemblyPath(Path.Combine(folder, $"{name.Name}.dll")) : null;
        var make = context.LoadFromAssemblyPath(Path.Combine(folder, "Ballast.Rows.dll")).GetType("Ballast.Rows.Timed")!.GetMethod("Make")!;
        return make.CreateDelegate<Func<string[], int, Action>>()(row, threads);
    }

    // Seconds of one of some calls.
    static double Time(Action work, int calls)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < calls; i++)
            work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds / calls;
    }
}
