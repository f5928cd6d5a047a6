using System.Diagnostics;
using System.Globalization;

namespace Ballast.Bench;

/// <summary>Times variants of batch normalization and the other normalizations beside plain batch normalization of the same shape, forward and
/// backward, in turn in one run: <c>norms layer|between THREADS SECONDS N C [H W]</c> prints a line for each kind, its least time over many
/// chunks and that time by plain batch normalization's. <c>layer</c> is the normalization with a ReLU; <c>between</c> has a 3 x 3
/// convolution of C channels before and behind it, or for [N, C] a linear layer.</summary>
static class NormsTimer
{
    const double WarmUp = 2;     // seconds for all kinds together
    const double Chunk = 0.02;   // seconds of one kind before the next

    public static int Run(string[] options)
    {
        bool between = options[0] == "between";
        Compute.Threads = int.Parse(options[1], CultureInfo.InvariantCulture);
        double seconds = double.Parse(options[2], CultureInfo.InvariantCulture);
        Shape shape = new(Array.ConvertAll(options[3..], static size => int.Parse(size, CultureInfo.InvariantCulture)));
        int n = shape[0], c = shape[1];
        Generator.Default.ManualSeed(1);
        (string Name, Step Step)[] kinds =
        [
            .. new (string Name, Module Norm)[]
            {
                ("batchnorm", shape.Rank == 2 ? new BatchNorm1d(c) : new BatchNorm2d(c)),
                ("ghost, 2 virtual batches", new GhostBatchNorm(c, n / 2)),
                ("ghost, 4 virtual batches", new GhostBatchNorm(c, n / 4)),
                ("renorm", new BatchRenorm(c, schedule: RenormSchedule.Constant(3, 5))),
                ("frozen", new FrozenBatchNorm(c)),
                ("split, 2 sources", new SplitBatchNorm(c)),
                ("group, 4 groups", new GroupNorm(4, c)),
                ("instance", shape.Rank == 2 ? new Identity() : new InstanceNorm2d(c, affine: true)),
                ("layer", new LayerNorm(new Shape([.. shape.ToArray()[1..]]))),
                ("root mean square", new RMSNorm(new Shape([.. shape.ToArray()[1..]]))),
                ("filter response", new FilterResponseNorm(c)),
                ("EvoNorm-S0", new EvoNormS0(c, groups: 4)),
                ("EvoNorm-B0", new EvoNormB0(c)),
            }.Select(kind => (kind.Name, new Step(kind.Norm, shape, between))),
        ];

        List<double>[] times = [.. kinds.Select(static _ => new List<double>())];
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed.TotalSeconds < WarmUp + seconds || times.Any(static found => found.Count == 0))
        {
            for (int kind = 0; kind < kinds.Length; kind++)
            {
                long start = Stopwatch.GetTimestamp();
                int count = 0;
                do
                {
                    kinds[kind].Step.Run();
                    count++;
                }
                while (Stopwatch.GetElapsedTime(start).TotalSeconds < Chunk);

                if (clock.Elapsed.TotalSeconds > WarmUp)
                    times[kind].Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds / count);
            }
        }

        for (int kind = 0; kind < kinds.Length; kind++)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{{\"kind\": \"{kinds[kind].Name}\", \"ms_min\": {times[kind].Min():F5}, \"ratio\": {times[kind].Min() / times[0].Min():F3}, \"chunks\": {times[kind].Count}}}"));
        }

        return 0;
    }

    sealed class Step
    {
        readonly Sequential layers;
        readonly Parameter x;
        readonly Tensor gradient;

        public Step(Module norm, Shape shape, bool between)
        {
            int c = shape[1];
            layers = between ? new Sequential(Weighted(), norm, new ReLU(), Weighted()) : new Sequential(norm, new ReLU());
            x = new Parameter(Tensor.Randn(shape));
            gradient = Tensor.Randn(shape);

            Module Weighted() => shape.Rank == 2 ? new Linear(c, c, bias: false) : new Conv2d(c, c, 3, padding: 1, bias: false);
        }

        public void Run()
        {
            var y = layers.Forward(x);
            _ = y.AsSpan();
            y.Backward(gradient);
            x.ZeroGrad();
            layers.ZeroGrad();
        }
    }
}
