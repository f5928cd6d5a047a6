namespace Ballast;

/// <summary>One step of training: the learning rate that the schedule has for it, forward, backward, clipping, the optimizer, the
/// average of the weights.</summary>
sealed class TrainingStep
{
    readonly Module model;
    readonly Optimizer optimizer;
    readonly TrainerOptions options;
    readonly Func<Tensor, Tensor, Tensor> lossFunction;
    readonly LearningRateScheduler? scheduler;
    readonly Parameter[] parameters;

    /// <summary>Refuses settings that do not fit each other or the length of the run.</summary>
    /// <exception cref="ArgumentException">They do not fit.</exception>
    public TrainingStep(Module model, Optimizer optimizer, DataLoader loader, TrainerOptions options)
    {
        long steps = options.StepsOf(loader);
        if (options.Schedule is { } schedule)
        {
            Throw.Unless(schedule.MinimumSteps <= steps,
                $"Trainer: the schedule takes {schedule.MinimumSteps} steps, and the run has {steps} ({options.Epochs} "
                    + $"epochs of {loader.Count}). Train for longer, or shorten the schedule and its warm-up.");
            scheduler = new LearningRateScheduler(optimizer, schedule);
        }

        Throw.Unless(options.Loss is null || options.BatchLoss is null, $"Trainer: expected Loss or BatchLoss, got both. Leave one out.");
        options.Clipping?.Check();
        Throw.Unless(options.Average is not { } average || average.MinimumEpochs <= options.Epochs,
            $"Trainer: the weights are to be averaged from epoch {options.Average?.MinimumEpochs} on, and the "
                + $"run has {options.Epochs}. Begin earlier, or train for longer.");
        this.model = model;
        this.optimizer = optimizer;
        this.options = options;
        lossFunction = options.Loss ?? new CrossEntropyLoss().Forward;
        parameters = [.. optimizer.Groups.SelectMany(static group => group.Parameters)];
    }

    /// <summary>Trains on a batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="step">How many steps are done.</param>
    /// <param name="diverged">Makes the error for what is not finite: what it is, and its value.</param>
    /// <returns>The loss, and how many samples were classified right.</returns>
    public (float Loss, int Correct) Run(Batch batch, long step, Func<string, double, TrainingDivergedException> diverged)
    {
        var (inputs, targets) = batch;
        scheduler?.Set(step);
        optimizer.ZeroGrad();
        var (loss, outputs) = options.BatchLoss is { } own ? own(model, batch) : Loss(batch);
        float value = loss.Item();
        if (!float.IsFinite(value))
            throw diverged("The loss", value);
        int correct = Evaluation.Correct(outputs, targets); // a backward pass may take the outputs back
        loss.Backward();
        if (Clip(diverged))
            optimizer.Step();
        options.Average?.AfterStep(step + 1);
        // Whatever the loss was made of, the batch was trained on: the loader takes it back.
        inputs.Consumed = targets.Consumed = true;
        return (value, correct);
    }

    (Tensor Loss, Tensor Outputs) Loss(Batch batch)
    {
        var outputs = model.Forward(batch.Inputs);
        return (lossFunction(outputs, batch.Targets), outputs);
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
