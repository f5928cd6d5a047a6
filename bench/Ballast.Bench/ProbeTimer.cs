using System.Diagnostics;
using System.Globalization;
using Ballast.Lab;

namespace Ballast.Bench;

/// <summary>Times a training step with a probe and without, in turn: <c>probe mlp|vgg-small THREADS BATCH SECONDS
/// [doctor]</c> prints one line of JSON. The probe sums up the statistics of every batch normalization and takes three quantiles of one
/// channel that a hidden layer is given; or the doctor watches.</summary>
static class ProbeTimer
{
    const double WarmUp = 2;        // seconds, until the last method has its final code
    const double Chunk = 0.1;       // seconds of steps of one kind before the other
    const double DoctorChunk = 6;   // in which the first batches, at whose rows the doctor looks, do not count too much

    public static int Run(string[] options)
    {
        bool mlp = options[0] == "mlp";
        Compute.Threads = int.Parse(options[1], CultureInfo.InvariantCulture);
        int batch = int.Parse(options[2], CultureInfo.InvariantCulture);
        double seconds = double.Parse(options[3], CultureInfo.InvariantCulture);

        Generator.Default.ManualSeed(42);
        Module network = mlp ? new Ballast.Mlp() : new VggSmall();
        var loader = new DataLoader(Cifar10.Train(), batch, shuffle: true, dropLast: true);
        var step = new Step(network, loader);
        List<double>[] chunks = [[], []];
        bool doctor = options.Length > 4;
        IDisposable? probe = null;
        var clock = Stopwatch.StartNew();
        long[] bytes = new long[2], steps = new long[2];
        while (clock.Elapsed.TotalSeconds < seconds + WarmUp)
        {
            int on = probe is null ? 0 : 1;
            long start = Stopwatch.GetTimestamp(), allocated = GC.GetAllocatedBytesForCurrentThread();
            int count = 0;
            do
            {
                step.Run();
                count++;
            }
            while (Stopwatch.GetElapsedTime(start).TotalSeconds < (doctor ? DoctorChunk : Chunk));

            if (clock.Elapsed.TotalSeconds > WarmUp)
            {
                chunks[on].Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds / count);
                bytes[on] += GC.GetAllocatedBytesForCurrentThread() - allocated;
                steps[on] += count;
            }

            probe?.Dispose();
            probe = on == 1 ? null : doctor ? Doctor.Watch(network) : Attach(network, mlp ? "layers.6" : "features.13");
        }

        double[] ratios = [.. chunks[1].Zip(chunks[0], static (with, without) => with / without).Order()];
        string Stage(int on) => string.Create(CultureInfo.InvariantCulture,
            $"\"ms_median\": {chunks[on].Order().ElementAt(chunks[on].Count / 2):F5}, \"ms_min\": {chunks[on].Min():F5}, \"bytes_per_step\": {bytes[on] / Math.Max(1, steps[on])}");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{{\"off\": {{{Stage(0)}}}, \"on\": {{{Stage(1)}}}, \"ratio_of_minima\": {chunks[1].Min() / chunks[0].Min():F4}, \"median_ratio\": {ratios[ratios.Length / 2]:F4}}}"));
        return 0;
    }

    static Probe Attach(Module network, string layer)
    {
        var sums = new Dictionary<string, double[]>();
        return Probe.Attach(network)
            .OnBatchNorm(pass =>
            {
                int channels = pass.Mean.Length;
                if (!sums.TryGetValue(pass.Name, out double[]? sum))
                    sums.Add(pass.Name, sum = new double[3 * channels]);
                for (int c = 0; c < channels; c++)
                {
                    sum[c] += pass.Mean[c];
                    sum[channels + c] += pass.Mean[c] * pass.Mean[c];
                    sum[2 * channels + c] += pass.Variance[c];
                }
            })
            .OnForward(layer, static pass => pass.Output.ChannelQuantiles(0, 0.15, 0.5, 0.85));
    }

    sealed class Step(Module network, DataLoader loader)
    {
        readonly CrossEntropyLoss lossFunction = new();
        readonly Adam optimizer = new(network.Parameters(), learningRate: 1e-4f);
        IEnumerator<Batch>? batches;

        public void Run()
        {
            if (batches is null || !batches.MoveNext())
            {
                batches = loader.GetEnumerator();
                batches.MoveNext();
            }

            var (inputs, targets) = batches.Current;
            optimizer.ZeroGrad();
            var loss = lossFunction.Forward(network.Forward(inputs), targets);
            loss.Backward();
            optimizer.Step();
            _ = loss.Item();
        }
    }
}
