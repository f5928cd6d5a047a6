namespace Ballast.Tests.Nn;

/// <summary>What measures or replaces running statistics does so with <see cref="BatchRenorm"/> too: a network of two of them against
/// the formulas in double.</summary>
public sealed class RenormStatisticsTests
{
    const double Eps = 1e-3;
    const int Samples = 13, BatchSize = 5;

    static readonly float[] Data = Draw.Floats(Samples * 3, 1);

    // The running statistics are far from the batches', so that a correction would show.
    static Sequential Network()
    {
        var schedule = RenormSchedule.Constant(3, 5);
        var network = new Sequential(
            new BatchRenorm(3, momentum: 0.1, schedule: schedule), new ReLU(), new Linear(3, 4, generator: new Generator(2)),
            new BatchRenorm(4, momentum: 0.1, schedule: schedule), new Linear(4, 3, generator: new Generator(3)));
        int seed = 10;
        foreach (int at in new[] { 0, 3 })
        {
            var norm = (BatchRenorm)network[at];
            norm.Weight!.CopyFrom(Draw.Floats(norm.NumFeatures, seed++));
            norm.Bias!.CopyFrom(Draw.Floats(norm.NumFeatures, seed++));
            Patient.Set(norm, "running_mean", static (i, _) => 0.5f + i);
            Patient.Set(norm, "running_std", static (i, _) => 2f + i);
        }

        return network;
    }

    static DataLoader Loader() => new(new ArrayDataset(Data, [.. Enumerable.Range(0, Samples).Select(static i => i % 3)], [3]), BatchSize);

    static double[][] Rows(int first, int last) =>
        [.. Enumerable.Range(first, last - first).Select(static i => Data.AsSpan(i * 3, 3).ToArray().Select(static value => (double)value).ToArray())];

    static double[] Doubles(Parameter parameter) => [.. parameter.ToArray().Select(static value => (double)value)];

    static double[] Means(double[][] x) => [.. x[0].Select((_, c) => x.Average(row => row[c]))];

    // Dividing by the number of rows less so many.
    static double[] Variances(double[][] x, int less)
    {
        double[] means = Means(x);
        return [.. means.Select((mean, c) => x.Sum(row => (row[c] - mean) * (row[c] - mean)) / (x.Length - less))];
    }

    static double[][] Normalize(double[][] x, double[] gamma, double[] beta)
    {
        double[] mean = Means(x), variance = Variances(x, 0);
        return [.. x.Select(row => row.Select((value, c) => (value - mean[c]) / Math.Sqrt(variance[c] + Eps) * gamma[c] + beta[c]).ToArray())];
    }

    static double[][] Linear(double[][] x, double[] weight, double[] bias) =>
        [.. x.Select(row => bias.Select((b, o) => b + row.Select((value, i) => value * weight[o * row.Length + i]).Sum()).ToArray())];

    // What the second normalization is given, the parameters in the network's order.
    static double[][] Hidden(double[][] x, double[][] p) =>
        Linear([.. Normalize(x, p[0], p[1]).Select(static row => row.Select(static value => Math.Max(0, value)).ToArray())], p[2], p[3]);

    static double[][] Output(double[][] x, double[][] p) => Linear(Normalize(Hidden(x, p), p[4], p[5]), p[6], p[7]);

    static double[][] Parameters(Module network) => [.. network.Parameters().Select(Doubles)];

    static double Entropy(double[][] logits) => logits.Average(static row =>
    {
        double sum = row.Sum(Math.Exp);
        return -row.Sum(value => Math.Exp(value) / sum * (value - Math.Log(sum)));
    });

    [Theory]
    [InlineData(StatisticsEstimate.MeanOfBatches)]
    [InlineData(StatisticsEstimate.Population)]
    public void Precise_statistics(StatisticsEstimate estimate)
    {
        var network = Network();
        Assert.True(PreciseStatistics.AppliesTo(network));
        var measured = PreciseStatistics.Update(network, Loader(), estimate);
        Assert.Equal([new MeasuredStatistics("0", "BatchRenorm(3)", 3, 13), new MeasuredStatistics("3", "BatchRenorm(4)", 3, 13)], measured);
        Expect(network, estimate);
    }

    [Fact]
    public void Adaptive_batch_normalization()
    {
        var network = Network();
        var state = Draw.Bits(network.StateDict());
        using (Tensor.NoGrad())
            Near.Equal(Flat(Output(Rows(0, 6), Parameters(network))), AdaptiveBatchNorm.Forward(network, Inputs(0, 6)).AsSpan(), 1e-5);
        Assert.Equal(state, Draw.Bits(network.StateDict()));
        AdaptiveBatchNorm.Update(network, Loader());
        Expect(network, StatisticsEstimate.Population);
    }

    static Tensor Inputs(int first, int last) => Tensor.From(Data.AsSpan((first * 3)..(last * 3)), [last - first, 3]);

    static double[] Flat(double[][] rows) => [.. rows.SelectMany(static row => row)];

    static void Expect(Sequential network, StatisticsEstimate estimate)
    {
        double[][] parameters = Parameters(network);
        double[][][] batches = [Rows(0, 5), Rows(5, 10), Rows(10, 13)];
        Compare((BatchRenorm)network[0], batches);
        Compare((BatchRenorm)network[3], [.. batches.Select(batch => Hidden(batch, parameters))]);

        void Compare(BatchRenorm norm, double[][][] seen)
        {
            double[] means, variances;
            if (estimate == StatisticsEstimate.Population)
            {
                double[][] all = [.. seen.SelectMany(static batch => batch)];
                (means, variances) = (Means(all), Variances(all, 1));
            }
            else
            {
                (means, variances) = (Means([.. seen.Select(Means)]), Means([.. seen.Select(static batch => Variances(batch, 1))]));
            }

            Near.Equal(means, norm.RunningMean!.AsSpan(), 1e-6, "mean");
            Near.Equal([.. variances.Select(static variance => Math.Sqrt(variance + Eps))], norm.RunningStd.AsSpan(), 1e-6, "sigma");
            Near.Equal(variances, norm.RunningVar.AsSpan(), 1e-6, "variance");
            Assert.Equal(3, norm.NumBatchesTracked);
        }
    }

    [Fact]
    public void Tent_adapts_gamma_and_beta_by_the_gradient_of_the_entropy()
    {
        const float Rate = 0.5f;
        var network = Network();
        double[][] parameters = Parameters(network), rows = Rows(0, 8);
        long[] statistics = Draw.Bits(network.StateDict());
        var tent = new Tent(network, static adapted => new SGD(adapted, Rate));
        Assert.Equal(4, tent.Adapted.Count);
        Near.Equal(Flat(Output(rows, parameters)), tent.Forward(Inputs(0, 8)).AsSpan(), 1e-5, "logits");
        int[] adapted = [0, 1, 4, 5];
        for (int k = 0; k < adapted.Length; k++)
        {
            double[] values = parameters[adapted[k]], expected = new double[values.Length];
            for (int i = 0; i < values.Length; i++)
                expected[i] = values[i] - Rate * Slope(values, i, () => Entropy(Output(rows, parameters)));
            Near.Equal(expected, tent.Adapted[k].AsSpan(), 1e-5, $"parameter {adapted[k]}");
        }

        tent.Dispose();
        Assert.Equal(statistics, Draw.Bits(network.StateDict()));
    }

    /// <summary>The derivative of a function by one of the values that it reads.</summary>
    internal static double Slope(double[] values, int at, Func<double> function)
    {
        const double Step = 1e-6;
        double value = values[at];
        values[at] = value + Step;
        double above = function();
        values[at] = value - Step;
        double below = function();
        values[at] = value;
        return (above - below) / (2 * Step);
    }

    [Fact]
    public void The_variance_is_that_of_sigma_and_frozen_copies_compute_the_same()
    {
        var norm = (BatchRenorm)Network()[3];
        norm.Eval();
        Near.Equal([.. Enumerable.Range(0, 4).Select(static i => (2.0 + i) * (2.0 + i) - Eps)], norm.RunningVar.AsSpan(), 1e-7);
        Assert.NotSame(norm.RunningVar, norm.RunningVar);
        var x = Draw.Data([6, 4], 5);
        var linear = new Sequential(new Linear(4, 4, generator: new Generator(1)), norm);
        linear.Eval();
        double[] expected = [.. x.ToArray().Select((value, i) =>
            (value - (0.5 + i % 4)) / (2 + i % 4) * norm.Weight!.AsSpan()[i % 4] + norm.Bias!.AsSpan()[i % 4])];
        Near.Equal(expected, norm.Forward(x).AsSpan(), 1e-6);
        Near.Equal(expected, FrozenBatchNorm.From(norm).Forward(x).AsSpan(), 1e-6);
        float[] before = linear.Forward(x).ToArray();
        Folding.Fold(linear);
        Assert.IsType<Identity>(linear[1]);
        Near.Equal(before, linear.Forward(x).AsSpan(), 1e-6);
    }

    [Fact]
    public void An_average_of_the_weights_has_sigmas_average()
    {
        var norm = new BatchRenorm(2);
        var average = new ExponentialMovingAverage(norm, 0.75);
        average.Update();
        Patient.Set(norm, "running_std", static (_, _) => 5);
        average.Update();
        using (average.Swap())
            Assert.Equal([2, 2], norm.RunningStd.ToArray());
        Assert.Equal([5, 5], norm.RunningStd.ToArray());
    }
}
