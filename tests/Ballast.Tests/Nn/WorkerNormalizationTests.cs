namespace Ballast.Tests.Nn;

/// <summary>What became of batch normalization in a small network that several workers train: outputs, averaged gradients and running
/// statistics against the formulas in double.</summary>
public sealed class WorkerNormalizationTests
{
    const int Workers = 2, Each = 6, In = 3, Hidden = 4, Out = 2;
    const double Eps = 1e-3, Momentum = 0.1, RMax = 1.4, DMax = 0.3;

    static readonly float[] Data = Draw.Floats(Workers * Each * In, 1), Cotangent = Draw.Floats(Workers * Each * Out, 2);

    static Sequential Network(string kind, ICommunicator communicator)
    {
        Module norm = kind switch
        {
            "ghost" => new GhostBatchNorm(Hidden, 3, Eps, Momentum),
            "split" => new SplitBatchNorm(Hidden, 2, Eps, Momentum),
            "renorm" => new BatchRenorm(Hidden, Eps, Momentum, schedule: RenormSchedule.Constant(RMax, DMax)),
            "frozen layer" => new FrozenBatchNorm(Hidden, Eps),
            _ => new BatchNorm1d(Hidden, Eps, Momentum),
        };
        var network = new Sequential(
            new Linear(In, Hidden, generator: new Generator(3)), norm, new ReLU(), new Linear(Hidden, Out, generator: new Generator(4)));
        int seed = 20;
        foreach (string key in norm.StateDict().Where(static entry => entry.Value.Number is null).Select(static entry => entry.Key))
        {
            float[] values = Draw.Floats(Hidden, seed++, 0.3f, 1.2f);
            Patient.Set(norm, key, (i, _) => values[i]);
        }

        if (kind == "frozen")
            Freezing.Freeze(network, affine: false);
        return SyncBatchNorm.Convert(network, communicator);
    }

    static double[] Doubles(Tensor tensor) => [.. tensor.ToArray().Select(static value => (double)value)];

    /// <summary>The rows that share statistics, and whose gamma and beta they have.</summary>
    static (int First, int Count, int Part)[] Groups(string kind) => kind switch
    {
        "ghost" => [(0, 3, 0), (3, 3, 0), (6, 3, 0), (9, 3, 0)],
        "split" => [(0, 3, 0), (3, 3, 1), (6, 3, 0), (9, 3, 1)],
        _ => [(0, Workers * Each, 0)],
    };

    // The layers' parts in double: parameters in the network's order, running statistics by their keys.
    sealed class Formula(string kind, double[][] parameters, Dictionary<string, double[]> state)
    {
        (double R, double D)[]? corrections;

        bool Frozen => kind.StartsWith("frozen", StringComparison.Ordinal);

        double[] Affine(string key, int part, int at) => kind == "frozen layer" ? state[key] : parameters[2 + 2 * part + at];

        /// <summary>What the normalization is given: all workers' rows.</summary>
        public double[][] Inputs => [.. Enumerable.Range(0, Workers * Each).Select(row => Enumerable.Range(0, Hidden)
            .Select(c => parameters[1][c] + Enumerable.Range(0, In).Sum(i => Data[row * In + i] * parameters[0][c * In + i])).ToArray())];

        public static (double Mean, double Variance) Statistics(double[][] x, int first, int count, int c)
        {
            double mean = x.Skip(first).Take(count).Average(row => row[c]);
            return (mean, x.Skip(first).Take(count).Average(row => (row[c] - mean) * (row[c] - mean)));
        }

        /// <summary>r and d: constants for the gradient.</summary>
        public void Correct()
        {
            var x = Inputs;
            corrections = [.. Enumerable.Range(0, Hidden).Select(c =>
            {
                var (mean, variance) = Statistics(x, 0, x.Length, c);
                double running = state["running_std"][c];
                return (Math.Clamp(Math.Sqrt(variance + Eps) / running, 1 / RMax, RMax), Math.Clamp((mean - state["running_mean"][c]) / running, -DMax, DMax));
            })];
        }

        public double[] Outputs()
        {
            var x = Inputs;
            double[] y = new double[Workers * Each * Out];
            foreach (var (first, count, part) in Groups(kind))
            {
                double[] gamma = Affine("weight", part, 0), beta = Affine("bias", part, 1);
                for (int c = 0; c < Hidden; c++)
                {
                    var (mean, variance) = Frozen ? (state["running_mean"][c], state["running_var"][c]) : Statistics(x, first, count, c);
                    var (r, d) = corrections?[c] ?? (1, 0);
                    for (int row = first; row < first + count; row++)
                        x[row][c] = Math.Max(0, ((x[row][c] - mean) / Math.Sqrt(variance + Eps) * r + d) * gamma[c] + beta[c]);
                }
            }

            for (int i = 0; i < y.Length; i++)
                y[i] = parameters[^1][i % Out] + Enumerable.Range(0, Hidden).Sum(c => x[i / Out][c] * parameters[^2][i % Out * Hidden + c]);
            return y;
        }

        /// <summary>The running statistics of a worker after the step.</summary>
        public Dictionary<string, double[]> After(int worker)
        {
            var x = Inputs;
            var after = state.ToDictionary(static entry => entry.Key, static entry => entry.Value.ToArray());
            foreach (var (first, count, part) in Groups(kind))
            {
                if (Frozen || (count == 3 && first / Each != worker))
                    continue;
                string prefix = part == 0 ? "" : "aux_bn.0.";
                for (int c = 0; c < Hidden; c++)
                {
                    var (mean, variance) = Statistics(x, first, count, c);
                    Move(after[prefix + "running_mean"], mean);
                    if (kind == "renorm")
                        Move(after["running_std"], Math.Sqrt(variance + Eps));
                    else
                        Move(after[prefix + "running_var"], variance * count / (count - 1));

                    void Move(double[] running, double value) => running[c] += Momentum * (value - running[c]);
                }
            }

            return after;
        }
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("ghost")]
    [InlineData("split")]
    [InlineData("renorm")]
    [InlineData("frozen")]
    [InlineData("frozen layer")]
    public void Workers_compute_the_formulas(string kind)
    {
        var outputs = new float[Workers][];
        var gradients = new float[Workers][][];
        var states = new StateDict[Workers];
        Sequential? untrained = null;
        ThreadCommunicator.Run(Workers, communicator =>
        {
            int rank = communicator.Rank;
            var network = Network(kind, communicator);
            var output = network.Forward(Tensor.From(Data.AsSpan(rank * Each * In, Each * In), [Each, In]));
            outputs[rank] = output.ToArray();
            output.Backward(Tensor.From(Cotangent.AsSpan(rank * Each * Out, Each * Out), [Each, Out]));
            communicator.AverageGradients(network.Parameters());
            gradients[rank] = [.. network.Parameters().Select(static parameter => parameter.Grad!.ToArray())];
            states[rank] = network[1].StateDict();
            if (rank == 0)
                untrained = Network(kind, communicator);
        }, TimeSpan.FromSeconds(60));

        double[][] parameters = [.. untrained!.Parameters().Select(Doubles)];
        var formula = new Formula(kind, parameters, untrained[1].StateDict().Where(static entry => entry.Value.Number is null)
            .ToDictionary(static entry => entry.Key, static entry => Doubles(entry.Value.Tensor)));
        if (kind == "renorm")
            formula.Correct();
        Near.Equal(formula.Outputs(), outputs.SelectMany(static part => part).ToArray(), 1e-5, "output");
        for (int k = 0; k < parameters.Length; k++)
        {
            double[] expected = [.. parameters[k].Select((_, i) => RenormStatisticsTests.Slope(
                parameters[k], i, () => formula.Outputs().Zip(Cotangent, static (y, weight) => y * weight).Sum() / Workers))];
            foreach (float[][] own in gradients)
                Near.Equal(expected, own[k], 1e-5, $"gradient of parameter {k}");
        }

        for (int worker = 0; worker < Workers; worker++)
        {
            foreach (var (key, expected) in formula.After(worker))
                Near.Equal(expected, states[worker][key].Tensor.AsSpan(), 1e-6, key);
        }
    }
}
