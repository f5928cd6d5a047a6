namespace Ballast.Lab;

/// <summary>A few steps of training with the learning rate, and where that does not do well with a tenth to a hundredth of it and with
/// ten to ten thousand times as much: how the loss of the same batches is before and after.</summary>
sealed class RangeTest
{
    /// <summary>How many steps it takes with each rate.</summary>
    public const int Steps = 30;

    const int Compared = 6;

    RangeTest(double rate, double start) => (Rate, Start) = (rate, start);

    /// <summary>The learning rate.</summary>
    public double Rate { get; }

    /// <summary>The loss before.</summary>
    public double Start { get; }

    /// <summary>The loss after, by how many times the learning rate; not finite where it broke.</summary>
    public Dictionary<double, double> Ends { get; } = [];

    /// <summary>The loss after the steps at the learning rate itself.</summary>
    public double End => Ends[1];

    /// <summary>The rate that does best of some, and its loss.</summary>
    public (double Factor, double Loss)? Best(Func<double, bool> of) => Ends.Where(entry => of(entry.Key) && double.IsFinite(entry.Value))
        .OrderBy(static entry => entry.Value).Select(static entry => ((double, double)?)(entry.Key, entry.Value)).FirstOrDefault();

    /// <summary>Tests; null where the loss takes no such outputs, or is not finite from the first.</summary>
    /// <param name="model">A network with fresh weights, which it keeps.</param>
    /// <param name="options">What is known besides; the optimizer at least.</param>
    /// <param name="batches">Some batches, which it goes through in turn.</param>
    public static RangeTest? Of(Module model, DoctorOptions options, IReadOnlyList<(Tensor Inputs, Tensor Targets)> batches)
    {
        var kept = batches.Where(static batch => batch.Targets.Length > 1).ToList();
        if (kept.Count == 0)
            return null;
        var state = model.StateDict();
        using var modes = new KeptModes(model);
        using var generator = Generator.UseDefault(new Generator(0));
        try
        {
            model.Train();
            float rate = (float)options.Optimizer!.LearningRate;
            if (Loss(model, options, kept) is not { } start || !double.IsFinite(start))
                return null;
            var test = new RangeTest(rate, start);
            test.Ends[1] = Train(model, state, options, kept, rate);
            if (!double.IsFinite(test.End) || test.End > 0.9 * start)
            {
                foreach (double factor in (double[])[0.1, 0.01, 10, 100, 10_000])
                    test.Ends[factor] = Train(model, state, options, kept, (float)(rate * factor));
            }

            return test;
        }
        finally
        {
            model.LoadStateDict(state);
            model.ZeroGrad();
        }
    }

    static double Train(Module model, StateDict state, DoctorOptions options, List<(Tensor Inputs, Tensor Targets)> kept, float rate)
    {
        model.LoadStateDict(state);
        var optimizer = Optimizer(model, options, rate);
        for (int step = 0; step < Steps; step++)
        {
            options.Cancellation.ThrowIfCancellationRequested();
            var (inputs, targets) = kept[step % kept.Count];
            optimizer.ZeroGrad();
            var loss = options.Loss(model.Forward(inputs), targets);
            if (!double.IsFinite(loss.Item()))
                return double.PositiveInfinity;
            loss.Backward();
            optimizer.Step();
        }

        return Loss(model, options, kept) ?? double.PositiveInfinity;
    }

    static double? Loss(Module model, DoctorOptions options, List<(Tensor Inputs, Tensor Targets)> kept)
    {
        using var off = Tensor.NoGrad();
        double sum = 0;
        int count = 0;
        try
        {
            foreach (var (inputs, targets) in kept.Take(Compared))
            {
                sum += options.Loss(model.Forward(inputs), targets).Item();
                count++;
            }
        }
        catch (ArgumentException)
        {
            return null;
        }

        return sum / count;
    }

    static Optimizer Optimizer(Module model, DoctorOptions options, float rate) =>
        options.MakeOptimizer?.Invoke(model, rate) ?? options.Optimizer switch
        {
            AdamW adamW => new AdamW(model.Parameters(), rate, weightDecay: adamW.WeightDecay),
            Adam adam => new Adam(model.Parameters(), rate, weightDecay: adam.WeightDecay),
            _ => new SGD(model.Parameters(), rate, weightDecay: options.Optimizer!.WeightDecay),
        };
}
