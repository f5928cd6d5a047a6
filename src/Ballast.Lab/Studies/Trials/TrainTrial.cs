namespace Ballast.Lab;

/// <summary>Trains a network with the rate that <see cref="RateSearch"/> chooses where the arm has a grid, as
/// <see cref="TrainingRun"/> does, to the same bits, and tests it: at its end, after each epoch,
/// and where the arm's <c>testEvery</c> says so after each so many log lines.</summary>
class TrainTrial : Trial
{
    public override string Name => "train";

    public override TrialResult Run(TrialContext context)
    {
        var chosen = RateSearch.Choose(context, Once);
        using var generator = Generator.UseDefault(new Generator(context.Repeat.Seed));
        var result = Once(chosen);
        return ReferenceEquals(chosen, context) ? result
            : result with
            {
                Values = new Dictionary<string, double>(result.Values)
                {
                    ["learningRate"] = StudyParts.Times(chosen.Settings.LearningRate, 1),
                },
            };
    }

    static TrialResult Once(TrialContext context)
    {
        var network = context.Build();
        var optimizer = context.Optimizer(network);
        var loader = context.Loader();
        return Train(context, network, optimizer, loader, context.Test);
    }

    /// <summary>Trains and tests.</summary>
    /// <param name="context">The trial.</param>
    /// <param name="network">The network.</param>
    /// <param name="optimizer">Its optimizer.</param>
    /// <param name="loader">The images to train on.</param>
    /// <param name="test">The images to test on.</param>
    /// <param name="watch">Called after each log line with its step, and once before training with 0.</param>
    protected static TrialResult Train(
        TrialContext context, Module network, Optimizer optimizer, DataLoader loader, Dataset test, Action<long>? watch = null)
    {
        CurveBuilder loss = new("loss"), accuracy = new("accuracy");
        int testEvery = (int)context.Arm.Number("testEvery", 0), lines = 0;
        double sum = 0;
        int count = 0, epoch = 1;
        long tested = -1;
        Evaluation? last = null;
        var options = new TrainerOptions
        {
            Epochs = context.Settings.Epochs,
            LogEvery = Math.Min(context.Settings.LogEvery, loader.Count),
            OnLine = line =>
            {
                loss.Add(line.Step, line.Loss);
                if (line.Epoch != epoch)
                    (epoch, sum, count) = (line.Epoch, 0, 0);
                sum += line.Loss;
                count++;
                if (testEvery > 0 && ++lines % testEvery == 0)
                    Test(line.Step);
                watch?.Invoke(line.Step);
            },
            OnEpoch = done => Test((long)done * loader.Count),
            OnProgress = progress => context.Report((double)progress.Step / progress.Steps),
        };
        try
        {
            watch?.Invoke(0);
            options = RunTraining.Options(context.Settings, options, network, loader, null, "");
            if (!new Trainer(network, optimizer, loader, options).Fit(context.Cancellation).Completed)
                throw new OperationCanceledException(context.Cancellation);
            var values = new Dictionary<string, double>
            {
                ["accuracy"] = last!.Accuracy,
                ["testLoss"] = last.Loss,
                ["trainLoss"] = sum / count,
            };
            if (context.WeightsPath is { } path)
                StateFile.Save(path, network.StateDict());
            if (context.Arm.Number("remeasure", 0) == 1)
                values["precise"] = Remeasured(context, network, loader, test, last.Accuracy);
            return context.Result() with
            {
                Values = values,
                Curves = [loss.Curve(), accuracy.Curve()],
            };
        }
        catch (TrainingDivergedException error)
        {
            return context.Result() with { DivergedAt = error.Step, Curves = [loss.Curve(), accuracy.Curve()] };
        }

        void Test(long step)
        {
            if (step == tested)
                return;
            last = context.Evaluate(network, test);
            accuracy.Add(tested = step, last.Accuracy);
        }
    }

    // With running statistics that are those of the whole training data for the weights as they are; where a network has none, as it is.
    static double Remeasured(TrialContext context, Module network, DataLoader loader, Dataset test, double accuracy)
    {
        if (!PreciseStatistics.AppliesTo(network))
            return accuracy;
        PreciseStatistics.Update(network, loader, StatisticsEstimate.Population, cancellation: context.Cancellation);
        return context.Evaluate(network, test).Accuracy;
    }
}
