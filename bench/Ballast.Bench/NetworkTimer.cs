using System.Diagnostics;
using System.Globalization;

namespace Ballast.Bench;

/// <summary>Times a convolutional network on CIFAR-10's images in memory: <c>network NAME train|infer THREADS BATCH SECONDS</c>
/// prints one line of JSON. Training is SGD with momentum through the ordinary API; inference is of the folded network.
/// </summary>
static class NetworkTimer
{
    public static int Run(string[] options)
    {
        string name = options[0];
        bool train = options[1] == "train";
        Compute.Threads = int.Parse(options[2], CultureInfo.InvariantCulture);
        int batch = int.Parse(options[3], CultureInfo.InvariantCulture);
        double seconds = double.Parse(options[4], CultureInfo.InvariantCulture);

        Generator.Default.ManualSeed(0);
        var network = Make(name);
        var loader = new DataLoader(Cifar10.Train(), batch, shuffle: true, dropLast: true);
        return train ? Train(network, loader, seconds) : Infer(network, loader, seconds);
    }

    /// <summary>A network by its name.</summary>
    public static Module Make(string name) => name switch
    {
        "resnet20" => new ResNet20(),
        "airbench" => new AirBench(),
        "vgg-small" => new VggSmall(),
        _ => throw new ArgumentException($"There is no network {name}; there are resnet20, airbench and vgg-small."),
    };

    static int Train(Module network, DataLoader loader, double seconds)
    {
        var steps = new TrainingSteps(network);
        List<double> times = [], processor = [];
        int warm = 5, collections = 0;
        long allocated = 0;
        var clock = Stopwatch.StartNew();
        while (times.Count < 5 || clock.Elapsed.TotalSeconds < seconds)
        {
            foreach (var (inputs, targets) in loader)
            {
                long start = Stopwatch.GetTimestamp();
                var spent = Environment.CpuUsage.TotalTime;
                steps.Step(inputs, targets);
                if (warm-- > 0)
                {
                    clock.Restart();
                    allocated = GC.GetAllocatedBytesForCurrentThread();
                    collections = GC.CollectionCount(2);
                    continue;
                }

                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                processor.Add((Environment.CpuUsage.TotalTime - spent).TotalMilliseconds);
                if (times.Count >= 5 && clock.Elapsed.TotalSeconds > seconds)
                    break;
            }
        }

        allocated = (GC.GetAllocatedBytesForCurrentThread() - allocated) / times.Count;
        return Print(times, Median(processor) + string.Create(CultureInfo.InvariantCulture,
            $", \"bytes_per_step\": {allocated}, \"gen2\": {GC.CollectionCount(2) - collections}"));
    }

    static int Infer(Module network, DataLoader loader, double seconds)
    {
        network.Eval();
        Folding.Fold(network);
        using var noGradients = Tensor.NoGrad();
        Tensor images = null!;
        foreach (var (inputs, _) in loader)
        {
            images = inputs.Clone();
            break;
        }

        List<double> times = [], processor = [];
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed.TotalSeconds < seconds + 1)
        {
            long start = Stopwatch.GetTimestamp();
            var spent = Environment.CpuUsage.TotalTime;
            _ = network.Forward(images).AsSpan();
            if (clock.Elapsed.TotalSeconds <= 1)
                continue;
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            processor.Add((Environment.CpuUsage.TotalTime - spent).TotalMilliseconds);
        }

        return Print(times, Median(processor));
    }

    // What the processor worked: where others use it too, a step waits as well.
    static string Median(List<double> processor)
    {
        processor.Sort();
        return string.Create(CultureInfo.InvariantCulture, $", \"processor_ms\": {processor[processor.Count / 2]:F4}");
    }

    internal static int Print(List<double> times, string more)
    {
        times.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{{\"ms_median\": {times[times.Count / 2]:F4}, \"ms_min\": {times[0]:F4}{more}}}"));
        return 0;
    }
}
