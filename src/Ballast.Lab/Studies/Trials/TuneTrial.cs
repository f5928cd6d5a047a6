namespace Ballast.Lab;

/// <summary>Trains a trained network further, as its settings say, and tests it. Where they name none to begin with, the network is first trained on
/// the first half of the classes, and then further on a few images of each class of the other half, with a new head.</summary>
sealed class TuneTrial : TrainTrial
{
    // So many images of each new class at most.
    const int Few = 96;

    public override string Name => "tune";

    public override void Check(RunSettings settings)
    {
        base.Check(settings);
        Refuse(settings.Tuning is null, "no network that was trained", "it is about training one further");
    }

    public override TrialResult Run(TrialContext context)
    {
        var settings = context.Settings;
        var network = context.Build();
        var (train, test) = (context.Train, context.Test);
        if (settings.Tuning is { Weights: null, Network: null })
        {
            var before = Half(train, later: false);
            new Trainer(network, settings.MakeOptimizer(network.Parameters()), new DataLoader(
                before, Math.Min(settings.BatchSize, before.Count), shuffle: true, dropLast: settings.DropLast), new TrainerOptions
                {
                    Epochs = settings.Epochs,
                    Loss = context.Loss(),
                }).Fit(context.Cancellation);
            context.Cancellation.ThrowIfCancellationRequested();
            (train, test) = (Half(train, later: true, Few), Half(test, later: true));
            Replace(new FineTuning(network).Head);
        }

        var tuned = RunTuning.Of(settings, network)!;
        RunTuning.Start(settings, tuned, train, context.Cancellation);
        var optimizer = context.Optimizer(network);
        using var body = tuned.Begin();
        var loader = RunTuning.Keep(settings, tuned, new DataLoader(
            train, Math.Min(settings.BatchSize, train.Count), shuffle: true, dropLast: settings.DropLast && train.Count >= settings.BatchSize,
            transforms: RunTraining.Transforms(settings)), context.Cancellation);
        return Train(context, network, optimizer, loader, RunTuning.Keep(settings, tuned, test, context.Cancellation) ?? (Dataset)test);
    }

    // The images of the first or the second half of the classes, in their order, so many of a class at most.
    static ByteDataset Half(ByteDataset data, bool later, int most = int.MaxValue)
    {
        int classes = data.ClassNames.Count;
        int[] taken = new int[classes];
        return data.Subset([.. Enumerable.Range(0, data.Count).Where(i =>
            (data.Label(i) >= classes / 2) == later && taken[data.Label(i)]++ < most)]);
    }

    // A head as a fresh network has it.
    static void Replace(Module head)
    {
        var (old, fresh) = ((Linear)head, new Linear(((Linear)head).InFeatures, ((Linear)head).OutFeatures));
        old.Weight.CopyFrom(fresh.Weight.AsSpan());
        old.Bias?.CopyFrom(fresh.Bias!.AsSpan());
    }
}
