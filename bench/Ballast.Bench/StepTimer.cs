using System.Diagnostics;
using System.Globalization;

namespace Ballast.Bench;

/// <summary>Times the tutorial's training step through the ordinary API, the shuffling loader included, and counts what it
/// allocates: <c>step THREADS BATCH SECONDS</c> prints one line of JSON.</summary>
static class StepTimer
{
    const double WarmUp = 1.5; // seconds, until the last method has its final code

    public static int Run(string[] options)
    {
        int threads = int.Parse(options[0], CultureInfo.InvariantCulture);
        int batch = int.Parse(options[1], CultureInfo.InvariantCulture);
        double seconds = double.Parse(options[2], CultureInfo.InvariantCulture);

        Compute.Threads = threads;
        Generator.Default.ManualSeed(42);
        var loader = new DataLoader(Cifar10.Train(), batch, shuffle: true, dropLast: true);
        var mlp = new Mlp();
        var lossFunction = new CrossEntropyLoss();
        var optimizer = new Adam(mlp.Parameters(), learningRate: 1e-4f);

        // Means over chunks of about 50 ms.
        List<double> chunks = [];
        var clock = Stopwatch.StartNew();
        double chunkStart = -1;
        int steps = 0, measured = 0;
        long allocated = 0;
        int collections = 0;
        while (clock.Elapsed.TotalSeconds < seconds + WarmUp)
        {
            foreach (var (inputs, targets) in loader)
            {
                optimizer.ZeroGrad();
                var loss = lossFunction.Forward(mlp.Forward(inputs), targets);
                loss.Backward();
                optimizer.Step();
                _ = loss.Item();

                double now = clock.Elapsed.TotalSeconds;
                if (now < WarmUp)
                    continue;
                if (chunkStart < 0)
                {
                    chunkStart = now;
                    allocated = GC.GetAllocatedBytesForCurrentThread();
                    collections = GC.CollectionCount(1) + GC.CollectionCount(2);
                    continue;
                }

                steps++;
                measured++;
                if (now - chunkStart < 0.05)
                    continue;
                chunks.Add((now - chunkStart) / steps * 1e3);
                chunkStart = now;
                steps = 0;
                if (now > seconds + WarmUp)
                    break;
            }
        }

        allocated = (GC.GetAllocatedBytesForCurrentThread() - allocated) / Math.Max(1, measured);
        collections = GC.CollectionCount(1) + GC.CollectionCount(2) - collections;
        chunks.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{{\"ms_median\": {chunks[chunks.Count / 2]:F5}, \"ms_min\": {chunks[0]:F5}, \"bytes_per_step\": {allocated}, \"gen1_gen2\": {collections}, \"peak_mb\": {Process.GetCurrentProcess().PeakWorkingSet64 >> 20}}}"));
        return 0;
    }
}
