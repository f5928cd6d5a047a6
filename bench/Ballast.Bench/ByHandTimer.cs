using System.Diagnostics;
using System.Globalization;

namespace Ballast.Bench;

/// <summary>Times inference by layers called one by one beside the same layers in a <see cref="Sequential"/>, in turn in one run:
/// <c>byhand THREADS BATCH SECONDS</c> prints a line of JSON for each, with the collections that its calls ran.</summary>
static class ByHandTimer
{
    public static int Run(string[] options)
    {
        Compute.Threads = int.Parse(options[0], CultureInfo.InvariantCulture);
        int batch = int.Parse(options[1], CultureInfo.InvariantCulture);
        double seconds = double.Parse(options[2], CultureInfo.InvariantCulture);
        Generator.Default.ManualSeed(1);
        var network = new ByHand();
        network.Eval();
        var x = Tensor.Randn([batch, 3, 32, 32]);
        using var off = Tensor.NoGrad();
        return Turns.Run(seconds, ("sequential", () => network.Chain.Forward(x)[0, 0]), ("by hand", () => network.Forward(x)[0, 0]));
    }

    sealed class ByHand : Module
    {
        readonly Module[] layers;

        public ByHand()
        {
            layers =
            [
                .. Block(3, 32), .. Block(32, 32), new MaxPool2d(2), .. Block(32, 64), .. Block(64, 64), new MaxPool2d(2), .. Block(64, 128),
                new GlobalAvgPool2d(), new Flatten(), new Linear(128, 10),
            ];
            Chain = Register("chain", new Sequential(layers));
        }

        public Sequential Chain { get; }

        static Module[] Block(int inChannels, int outChannels) =>
            [new Conv2d(inChannels, outChannels, 3, padding: 1, bias: false), new BatchNorm2d(outChannels), new ReLU()];

        public override Tensor Forward(Tensor input)
        {
            var x = input;
            foreach (var layer in layers)
                x = layer.Forward(x);
            return x;
        }
    }
}

/// <summary>Times (a + b) * a - b on two matrices under <see cref="Tensor.NoGrad"/>, each result read once and dropped: <c>expression
/// THREADS SIZE SECONDS</c>.</summary>
static class ExpressionTimer
{
    public static int Run(string[] options)
    {
        Compute.Threads = int.Parse(options[0], CultureInfo.InvariantCulture);
        int size = int.Parse(options[1], CultureInfo.InvariantCulture);
        double seconds = double.Parse(options[2], CultureInfo.InvariantCulture);
        Tensor a = Tensor.Randn([size, size]), b = Tensor.Randn([size, size]);
        using var off = Tensor.NoGrad();
        return Turns.Run(seconds, ("(a + b) * a - b", () => ((a + b) * a - b)[0, 0]));
    }
}

/// <summary>Times of several works in turn.</summary>
static class Turns
{
    const double WarmUp = 2; // seconds for all
    const int MostCalls = 1 << 20; // room for their times from the beginning: lists that grow make garbage of their own

    public static int Run(double seconds, params (string Name, Func<float> Work)[] works)
    {
        List<double>[] times = [.. works.Select(static _ => new List<double>(MostCalls))];
        int[,] collections = new int[works.Length, 3];
        Span<int> before = stackalloc int[3];
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed.TotalSeconds < WarmUp + seconds)
        {
            for (int i = 0; i < works.Length; i++)
            {
                for (int generation = 0; generation < 3; generation++)
                    before[generation] = GC.CollectionCount(generation);
                long start = Stopwatch.GetTimestamp();
                works[i].Work();
                double time = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                if (clock.Elapsed.TotalSeconds < WarmUp)
                    continue;
                times[i].Add(time);
                for (int generation = 0; generation < 3; generation++)
                    collections[i, generation] += GC.CollectionCount(generation) - before[generation];
            }
        }

        for (int i = 0; i < works.Length; i++)
        {
            times[i].Sort();
            double At(double share) => times[i][(int)(share * (times[i].Count - 1))];
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{{\"work\": \"{works[i].Name}\", \"ms_median\": {At(0.5):F4}, \"ms_mean\": {times[i].Average():F4}, \"ms_99\": {At(0.99):F4}, "
                    + $"\"calls\": {times[i].Count}, \"gen0\": {collections[i, 0]}, \"gen1\": {collections[i, 1]}, "
                    + $"\"gen2\": {collections[i, 2]}, \"peak_mb\": {Environment.WorkingSet >> 20}}}"));
        }

        return 0;
    }
}
