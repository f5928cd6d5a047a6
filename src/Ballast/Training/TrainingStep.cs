namespace Ballast;

/// <summary>One step of training: the learning rate that the schedule has for it, forward, backward, clipping, the optimizer, the
/// average of the weights. A step may be of several mini-batches, whose gradients are averaged.</summary>
sealed class TrainingStep
{
    readonly Module model;
    readonly Optimizer optimizer;
    readonly DataLoader loader;
    readonly TrainerOptions options;
    readonly Func<Batch, TensorList, LossValue> loss;
    readonly LearningRateScheduler[] schedulers = [];
    readonly Parameter[] parameters;
    readonly long steps;

    /// <summary>Refuses settings that do not fit each other or the length of the run.</summary>
    /// <exception cref="ArgumentException">They do not fit.</exception>
    public TrainingStep(Module model, Optimizer optimizer, DataLoader loader, TrainerOptions options)
    {
        steps = options.StepsOf(loader);
        if (options.Schedule is { } schedule)
        {
            Throw.Unless(schedule.MinimumSteps <= steps,
                $"Trainer: the schedule takes {schedule.MinimumSteps} steps, and the run has {steps} ({options.Epochs} "
                    + $"epochs of {loader.Count}). Train for longer, or shorten the schedule and its warm-up.");
            Optimizer[] all = [optimizer, .. options.MoreOptimizers.Values];
            schedulers = [.. all.Select(one => new LearningRateScheduler(one, schedule))];
        }

        options.Check();
        options.Clipping?.Check();
        Throw.Unless(options.Average is not { } average || average.MinimumEpochs <= options.Epochs,
            $"Trainer: the weights are to be averaged from epoch {options.Average?.MinimumEpochs} on, and the "
                + $"run has {options.Epochs}. Begin earlier, or train for longer.");
        this.model = model;
        this.optimizer = optimizer;
        this.loader = loader;
        this.options = options;
        loss = options.LossFor(loader);
        parameters = [.. optimizer.Groups.SelectMany(static group => group.Parameters)];
    }

    /// <summary>Whether the network is trained as a classifier by the plain loss: it gives one logit for each class.</summary>
    public bool TakesLogits => options is { Loss: null, BatchLoss: null, Objective: null } && loader.HasClasses;

    /// <summary>Whether the optimizer steps after a mini-batch: the last of those that are averaged, of an epoch or of training.</summary>
    /// <param name="batch">The number of the mini-batch in its epoch, from 0.</param>
    /// <param name="step">Its number in all, from 0.</param>
    public bool EndsStep(int batch, long step) =>
        (batch + 1) % options.AccumulateSteps == 0 || batch + 1 == loader.Count || step + 1 == steps;

    /// <summary>Trains on a mini-batch.</summary>
    /// <param name="batch">The mini-batch.</param>
    /// <param name="at">How many epochs, mini-batches of this epoch and mini-batches in all are done.</param>
    /// <param name="look">Looks at what the network made of it.</param>
    /// <param name="diverged">Makes the error for what is not finite: what it is, and its value.</param>
    /// <returns>The loss and its parts.</returns>
    public (double Loss, MetricValues Parts) Run(
        Batch batch, (int Epoch, int Batch, long Step) at, Action<Batch, TensorList> look, Func<string, double, TrainingDivergedException> diverged)
    {
        int first = at.Batch - at.Batch % options.AccumulateSteps;
        bool begins = first == at.Batch;
        if (begins)
        {
            foreach (var scheduler in schedulers)
                scheduler.Set(at.Step);
        }

        if (options.OwnStep is { } own)
            return RunOwn(own, batch, at, look, diverged);
        if (begins)
            optimizer.ZeroGrad();
        var (value, outputs) = Loss(batch);
        float number = value.Total.Item();
        if (!float.IsFinite(number))
            throw diverged("The loss", number);
        var parts = value.Numbers;
        look(batch, outputs); // a backward pass may take the outputs back
        long size = Math.Min(Math.Min(options.AccumulateSteps, loader.Count - first), steps - at.Step + (at.Batch - first));
        (size > 1 ? value.Total * (1.0 / size) : value.Total).Backward();
        if (EndsStep(at.Batch, at.Step))
        {
            if (Clip(diverged))
                optimizer.Step();
            options.Average?.AfterStep(UpdatesAfter(at));
        }

        // Whatever the loss was made of, the batch was trained on: the loader takes it back.
        batch.MarkConsumed();
        return (number, parts);
    }

    (double Loss, MetricValues Parts) RunOwn(
        Func<OwnStep, StepLoss> own, Batch batch, (int Epoch, int Batch, long Step) at, Action<Batch, TensorList> look,
        Func<string, double, TrainingDivergedException> diverged)
    {
        var result = own(new OwnStep(model, batch, at.Epoch + 1, at.Step));
        if (!double.IsFinite(result.Loss))
            throw diverged("The loss", result.Loss);
        if (result.Outputs is { } outputs)
            look(batch, outputs);
        options.Average?.AfterStep(at.Step + 1);
        batch.MarkConsumed();
        return (result.Loss, result.Parts);
    }

    long UpdatesAfter((int Epoch, int Batch, long Step) at)
    {
        int each = options.AccumulateSteps;
        return (long)at.Epoch * ((loader.Count + each - 1) / each) + at.Batch / each + 1;
    }

    (LossValue Loss, TensorList Outputs) Loss(Batch batch)
    {
        if (options.BatchLoss is { } own)
        {
            var (total, shown) = own(model, batch);
            return (total, shown);
        }

        var outputs = BatchForward.Run(model, batch);
        return (loss(batch, outputs), outputs);
    }

    bool Clip(Func<string, double, TrainingDivergedException> diverged)
    {
        if (options.Clipping is not { } clipping)
            return true;
        double norm = clipping.Apply(parameters);
        if (double.IsFinite(norm))
            return true;
        return clipping.NonFinite == NonFiniteGradient.Skip ? false : throw diverged("The norm of the gradient", norm);
    }
}
