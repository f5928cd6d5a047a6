namespace Ballast.Lab;

/// <summary>Raises the learning rate exponentially, step by step, until training breaks: Smith's range test (2017, arXiv
/// 1506.01186), taken to its end. <c>from</c> and <c>to</c> are the first and the last rate, <c>steps</c> how many mini-batches lie
/// between. The limit is the rate at which the smoothed loss, having been better than guessing, is worse again for good.
/// </summary>
sealed class StressTrial : Trial
{
    const double Smoothing = 0.98;
    const int Points = 150;

    public override string Name => "stress";

    public override void Check(RunSettings settings)
    {
        base.Check(settings);
        RefuseSchedule(settings, "the learning rate is what this study sets");
        RefuseClipping(settings, "how far a training goes before it breaks is what this study measures");
    }

    public override TrialResult Run(TrialContext context)
    {
        var network = context.Build();
        double from = context.Arm.Number("from", 1e-5), to = context.Arm.Number("to", 100);
        int steps = (int)context.Arm.Number("steps", 1500);
        var optimizer = context.Optimizer(network);
        var lossFunction = context.Loss();
        double guessing = Math.Log(Math.Max(2, RunSamples.Of(context.Train).ClassNames.Count)), smoothed = 0, weight = 0;
        var curve = new CurveBuilder("stress");
        double? limit = null;
        bool learned = false;
        int step = 0;
        var loader = context.Loader();
        while (step < steps)
        {
            foreach (var (inputs, targets) in loader)
            {
                if (step == steps)
                    break;
                context.Cancellation.ThrowIfCancellationRequested();
                double rate = from * Math.Pow(to / from, step / (steps - 1.0));
                optimizer.LearningRate = (float)rate;
                optimizer.ZeroGrad();
                var loss = lossFunction(network.Forward(inputs), targets);
                double value = loss.Item();
                if (!double.IsFinite(value))
                {
                    limit ??= learned ? rate : null;
                    step = steps;
                    break;
                }

                loss.Backward();
                optimizer.Step();
                smoothed = Smoothing * smoothed + (1 - Smoothing) * Math.Min(value, 100 * guessing);
                weight = Smoothing * weight + (1 - Smoothing);
                double mean = smoothed / weight;
                if (mean < 0.98 * guessing)
                    (learned, limit) = (true, null);
                else if (learned && mean > guessing)
                    limit ??= rate;
                if (step % Math.Max(1, steps / Points) == 0)
                    curve.Add(rate, Math.Min(mean, 2 * guessing));
                step++;
                context.Report((double)step / steps);
            }
        }

        // A training that survives every rate that was tried has the last one for its limit.
        if (learned)
            limit ??= to;
        return context.Result() with
        {
            Values = limit is { } found ? new Dictionary<string, double> { ["limit"] = found } : new Dictionary<string, double>(),
            Curves = [curve.Curve()],
        };
    }
}
