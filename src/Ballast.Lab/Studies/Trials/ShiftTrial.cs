namespace Ballast.Lab;

/// <summary>Trains, and looks at what goes into the last activation of a chain: the 15th, 50th and 85th percentile of one of its
/// inputs over a fixed thousand test images, as figure 1 of Ioffe &amp; Szegedy 2015 does. <c>deviation</c> is the standard deviation
/// of the initial weights, which are normal, with biases of 0; without it they are PyTorch's.</summary>
sealed class ShiftTrial : TrainTrial
{
    /// <summary>How many test images the inputs are looked at over, at most.</summary>
    public const int Images = 1000;


    public override string Name => "shift";

    public override TrialResult Run(TrialContext context)
    {
        var network = context.Build() as Network
            ?? throw new ArgumentException("The study of shifts takes a chain of layers, to look inside of it.");
        double deviation = context.Arm.Number("deviation", 0);
        if (deviation > 0)
            Begin(network, (float)deviation);
        int last = Last(network.Layers);
        int[] some = [.. Enumerable.Range(0, Math.Min(Images, context.Test.Count))];
        using var images = new DataLoader(context.Test.Subset(some), some.Length, generator: new Generator(0)).GetEnumerator();
        images.MoveNext();
        var inputs = images.Current.Inputs;
        var watched = new Percentiles();
        var result = Train(
            context, network, context.Optimizer(network), context.Loader(), context.Test, Watch);
        return result with
        {
            Values = new Dictionary<string, double>(result.Values) { ["drift"] = watched.Drift() },
            Curves = [.. result.Curves, .. watched.Curves()],
        };

        void Watch(long step)
        {
            using var off = Tensor.NoGrad();
            network.Eval();
            var values = inputs;
            for (int i = 0; i < last; i++)
                values = network.Layers[i].Forward(values);
            watched.Add(step, values.AsSpan(), some.Length);
            network.Train();
        }
    }

    static void Begin(Module network, float deviation)
    {
        foreach (var (_, module) in network.NamedModules())
        {
            if (module is not Linear layer)
                continue;
            foreach (var (name, parameter) in layer.NamedParameters())
            {
                float[] values = new float[parameter.Length];
                if (name == "weight")
                    Generator.Default.Normal(values, 0, deviation);
                parameter.CopyFrom(values);
            }
        }
    }

    static int Last(Sequential layers)
    {
        for (int i = layers.Count - 1; i >= 0; i--)
        {
            if (layers[i] is Sigmoid or Tanh or ReLU or LeakyReLU or GELU or SiLU)
                return i;
        }

        throw new ArgumentException("The study of shifts looks at what goes into an activation; the chain has none.");
    }

    /// <summary>Percentiles of a layer's inputs on the way.</summary>
    sealed class Percentiles
    {
        const int Units = 256;

        static readonly int[] Shown = [15, 50, 85];

        readonly List<double> steps = [];
        readonly List<float[][]> found = [];

        public void Add(long step, ReadOnlySpan<float> values, int samples)
        {
            int all = values.Length / samples, units = Math.Min(Units, all);
            float[][] rows = new float[units][];
            float[] column = new float[samples];
            for (int u = 0; u < units; u++)
            {
                for (int n = 0; n < samples; n++)
                    column[n] = values[n * all + u];
                Array.Sort(column);
                rows[u] = Array.ConvertAll(Shown, percent => column[(int)Math.Round(percent / 100.0 * (samples - 1))]);
            }

            steps.Add(step);
            found.Add(rows);
        }

        /// <summary>How far a unit's median wanders over training (its standard deviation), in units of how wide its inputs are
        /// spread (from the 15th to the 85th percentile); the mean over all units.</summary>
        public double Drift()
        {
            var units = Enumerable.Range(0, found[0].Length).Select(u =>
            {
                var median = SampleSummary.Of([.. found.Select(rows => (double)rows[u][1])]);
                double width = found.Average(rows => (double)rows[u][2] - rows[u][0]);
                return (median.Deviation ?? 0) / Math.Max(width, 1e-12);
            });
            return units.Average();
        }

        /// <summary>The percentiles of the first unit.</summary>
        public IEnumerable<TrialCurve> Curves() => Shown.Select((percent, p) => new TrialCurve(
            $"input {percent}th", [.. steps], [.. found.Select(rows => (double)rows[0][p])]));
    }
}
