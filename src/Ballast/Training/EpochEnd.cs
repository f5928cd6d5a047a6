namespace Ballast;

/// <summary>What happens when an epoch is over: the weights are averaged, the network is validated, the best weights are kept.
/// </summary>
sealed class EpochEnd
{
    readonly Module model;
    readonly DataLoader loader;
    readonly TrainerOptions options;
    readonly ValidationMonitor? monitor;
    readonly EvaluationOptions? evaluation;

    /// <summary>Refuses settings that cannot work.</summary>
    /// <exception cref="ArgumentException">They cannot.</exception>
    public EpochEnd(Module model, DataLoader loader, TrainerOptions options, IReadOnlyList<TrainerMetric> metrics)
    {
        this.model = model;
        this.loader = loader;
        this.options = options;
        options.Validation?.Check();
        if (options.Validation is not { } validation)
            return;
        monitor = new ValidationMonitor(validation, metrics);
        evaluation = new EvaluationOptions
        {
            Loss = options.ValidationLoss,
            Objective = options.ValidationLoss is null ? options.ValidationObjective(validation.Dataset) : null,
            Metrics = metrics,
        };
    }

    /// <summary>Whether training is to stop although there are epochs left.</summary>
    public bool IsOver => monitor is { IsOver: true };

    /// <summary>The best validation so far.</summary>
    public double Best => monitor?.Best ?? double.NaN;

    /// <summary>How many epochs in a row were no better.</summary>
    public int Waited => monitor?.Waited ?? 0;

    /// <summary>Takes up what a checkpoint kept.</summary>
    /// <exception cref="ArgumentException">It has no average where one is asked for, one of another network, or not what the schedule
    /// remembers.</exception>
    public void Resume(Checkpoint checkpoint)
    {
        if (options.Average is { } average)
        {
            Throw.Unless(checkpoint.Average is not null,
                $"Trainer: the checkpoint holds no average of the weights. It was trained without one: resume without it.");
            average.LoadStateDict(checkpoint.Average);
        }

        if (options.Schedule is { } schedule && schedule.SaveState() is { Count: > 0 } own)
        {
            Throw.Unless(own.Keys.ToHashSet().SetEquals(checkpoint.Schedule.Keys),
                $"Trainer: the {schedule.GetType().Name} remembers {Names(own.Keys)}, the checkpoint has {Names(checkpoint.Schedule.Keys)}. "
                    + $"Resume with the schedule that the run was trained with.");
            schedule.LoadState(checkpoint.Schedule);
        }

        if (monitor is not null)
            (monitor.Best, monitor.Waited) = (checkpoint.BestValidation, checkpoint.EpochsWithoutBetter);
    }

    /// <summary>Does what is to be done. Where it is cancelled, training goes on with what comes next: the epoch is trained.
    /// </summary>
    public void Run(int epoch, long step, Action<ValidationLine> tell)
    {
        options.Average?.AfterEpoch(epoch);
        if (options.Validation is not { } validation)
            return;
        if (options.Average is not { Updates: > 0 } average)
        {
            Validate(validation, epoch, step, tell);
            return;
        }

        var before = average.HasStatistics ? null : model.StateDict();
        using (average.Swap())
        {
            MeasureStatistics(average, CancellationToken.None);
            Validate(validation, epoch, step, tell);
        }

        if (before is not null)
            model.LoadStateDict(before);
    }

    /// <summary>Puts the average into the network.</summary>
    public void ApplyAverage(CancellationToken cancellation)
    {
        if (options.Average is not { Updates: > 0 } average)
            return;
        average.Apply();
        MeasureStatistics(average, cancellation);
    }

    void Validate(ValidationOptions validation, int epoch, long step, Action<ValidationLine> tell)
    {
        // A generator of its own: evaluating in the middle of training draws nothing from the default one.
        var data = new DataLoader(
            validation.Dataset, validation.BatchSize, generator: new Generator(0), collate: validation.Collate ?? loader.CollateFunction);
        var result = Evaluation.Run(model, data, evaluation);
        bool isBest = monitor!.Take(result, model);
        options.Schedule?.AfterValidation(result.Loss, result.Accuracy);
        tell(new ValidationLine(epoch, step, result, isBest));
    }

    static string Names(IEnumerable<string> names) => string.Join(", ", names.Order(StringComparer.Ordinal)) is { Length: > 0 } all ? all : "nothing";

    // In an order of its own, the same each time: what is validated must not move what is trained.
    void MeasureStatistics(WeightAverage average, CancellationToken cancellation)
    {
        if (average.HasStatistics || !PreciseStatistics.AppliesTo(model))
            return;
        var data = new DataLoader(
            loader.Dataset, loader.BatchSize, dropLast: loader.DropLast, generator: new Generator(0), collate: loader.CollateFunction,
            sampler: loader.Sampler ?? new RandomSampler(loader.Dataset.Count));
        PreciseStatistics.Update(model, data, cancellation: cancellation);
    }
}
