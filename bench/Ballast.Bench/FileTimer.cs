using System.Diagnostics;
using System.Globalization;

namespace Ballast.Bench;

/// <summary>Times reading a state of 16 tensors from each format in turn with a plain read of the same file: <c>read MEGABYTES ROUNDS</c> prints
/// for each format the medians, the median of the ratios, and the memory that reading took from the system by the file's size.</summary>
static class FileTimer
{
    const int Tensors = 16;

    public static int Run(string[] options)
    {
        int megabytes = int.Parse(options[0], CultureInfo.InvariantCulture), rounds = int.Parse(options[1], CultureInfo.InvariantCulture);
        string folder = Directory.CreateTempSubdirectory("ballast-bench-").FullName;
        try
        {
            var state = new StateDict();
            for (int i = 0; i < Tensors; i++)
                state.Add($"layers.{i}.weight", Tensor.Rand([megabytes * 1024 / Tensors, 256], new Generator(i)));
            string safetensors = Path.Combine(folder, "s.safetensors"), torch = Path.Combine(folder, "s.pt"), numpy = Path.Combine(folder, "s.npz");
            StateFile.Save(safetensors, state);
            PyTorchFile.Save(torch, state);
            NumpyFile.Save(numpy, state);
            state = [];
            foreach (string path in new[] { safetensors, torch, numpy })
                Time(path, rounds);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return 0;
    }

    static void Time(string path, int rounds)
    {
        var (plain, load) = (new List<double>(), new List<double>());
        double memory = 0;
        for (int round = 0; round <= rounds; round++)
        {
            double first = Seconds(() => _ = File.ReadAllBytes(path));
            long before = GC.GetTotalAllocatedBytes(precise: true);
            double second = Seconds(() => _ = StateFile.Load(path));
            memory = Math.Max(memory, (double)(GC.GetTotalAllocatedBytes(precise: true) - before) / new FileInfo(path).Length);
            if (round > 0)      // the first compiles, and brings the file into the cache of the system
            {
                plain.Add(first);
                load.Add(second);
            }
        }

        double[] ratios = [.. load.Zip(plain, static (own, other) => own / other).Order()];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{{\"file\": \"{Path.GetFileName(path)}\", \"plain_seconds\": {Median(plain):F4}, \"load_seconds\": {Median(load):F4}, " +
            $"\"median_ratio\": {ratios[ratios.Length / 2]:F3}, \"lowest_ratio\": {ratios[0]:F3}, \"allocated_by_size\": {memory:F3}}}"));
    }

    static double Seconds(Action read)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long start = Stopwatch.GetTimestamp();
        read();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    static double Median(List<double> times) => times.Order().ElementAt(times.Count / 2);
}
