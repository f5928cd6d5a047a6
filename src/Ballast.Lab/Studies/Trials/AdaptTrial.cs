namespace Ballast.Lab;

/// <summary>Trains, then tests on corrupted images: with the statistics of training, or where the arm's <c>own</c> is 1 with those of
/// each batch of the test images (Schneider et al. 2020; Nado et al. 2020). Nothing is learned from the test images.</summary>
sealed class AdaptTrial : TrainTrial
{
    const int BatchSize = 500;

    public override string Name => "adapt";

    public override void Check(RunSettings settings)
    {
        base.Check(settings);
        Refuse(settings.Does.Scale is not null, "standardized channels (--standardize, --mean, --std)", "images are corrupted as values from 0 to 1");
    }

    public override TrialResult Run(TrialContext context)
    {
        var network = context.Build();
        var result = Train(
            context, network, context.Optimizer(network), context.Loader(), context.Test);
        if (result.DivergedAt is not null)
            return result;
        bool own = context.Arm.Number("own", 0) == 1;
        var values = new Dictionary<string, double>(result.Values);
        var curves = new List<TrialCurve>(result.Curves);
        double clean = Accuracy(context, network, context.Test, own), sum = 0, worst = 0;
        foreach (string name in Corruption.Names)
        {
            var curve = new CurveBuilder(name);
            curve.Add(0, clean);
            for (int severity = 1; severity <= Corruption.Severities; severity++)
            {
                context.Cancellation.ThrowIfCancellationRequested();
                double accuracy = Accuracy(context, network, Corruption.Apply(context.Test, name, severity), own);
                curve.Add(severity, accuracy);
                sum += accuracy;
                if (severity == Corruption.Severities)
                {
                    values[$"{name}{severity}"] = accuracy;
                    worst += accuracy;
                }
            }

            curves.Add(curve.Curve());
        }

        values["clean"] = clean;
        values["corrupted"] = sum / Corruption.Names.Count / Corruption.Severities;
        values["worst"] = worst / Corruption.Names.Count;
        return result with { Values = values, Curves = curves };
    }

    static double Accuracy(TrialContext context, Module network, ByteDataset images, bool own)
    {
        if (!own)
            return context.Evaluate(network, images).Accuracy;
        using var off = Tensor.NoGrad();
        int size = Math.Min(BatchSize, images.Count), right = 0;
        while (images.Count % size == 1)
            size--;
        // Mixed, so that a batch has all classes: a folder's images come class by class.
        foreach (var (inputs, targets) in new DataLoader(images, size, shuffle: true, generator: new Generator(0)))
        {
            context.Cancellation.ThrowIfCancellationRequested();
            right += Evaluation.Correct(AdaptiveBatchNorm.Forward(network, inputs), targets);
        }

        return (double)right / images.Count;
    }
}
