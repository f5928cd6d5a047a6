using System.Diagnostics;

namespace Ballast;

/// <summary>Trains a network: the tutorial's loop, with its log, metrics, checkpoints that resume to the same bits, cancellation,
/// and a stop at the first loss that is not finite. Without a loss of one's own it trains a classifier.</summary>
public sealed partial class Trainer
{
    readonly Module model;
    readonly Optimizer optimizer;
    readonly DataLoader loader;
    readonly TrainerOptions options;
    readonly TrainingStep trainingStep;
    readonly EpochEnd epochEnd;
    readonly TrainerCallback[] callbacks;
    readonly TrainerState state;
    readonly RunningMeans line, whole;
    int epoch, batch;
    long step;
    byte[]? epochGenerator;
    bool resumed;

    /// <summary>Makes a trainer.</summary>
    /// <param name="model">The network. One that takes or gives several tensors implements <see cref="IBatchModule"/>.</param>
    /// <param name="optimizer">The optimizer of its parameters.</param>
    /// <param name="loader">The training data.</param>
    /// <param name="options">What the loss is, how long to train, what to report, where to keep checkpoints.</param>
    /// <exception cref="ArgumentException">Settings that do not go together.</exception>
    public Trainer(Module model, Optimizer optimizer, DataLoader loader, TrainerOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(loader);
        ArgumentNullException.ThrowIfNull(options);
        (this.model, this.optimizer, this.loader, this.options) = (model, optimizer, loader, options);
        trainingStep = new TrainingStep(model, optimizer, loader, options);
        var metrics = options.MetricsFor(loader);
        epochEnd = new EpochEnd(model, loader, options, metrics);
        callbacks = [new OptionActions(options), .. options.Callbacks];
        state = new TrainerState(model, optimizer, loader) { Steps = Steps };
        (line, whole) = (new RunningMeans(metrics), new RunningMeans(metrics));
    }

    Generator LoaderGenerator => loader.Generator ?? Generator.Default;

    long Steps => options.StepsOf(loader);

    // Whether the network can be run on a batch as it is; a loss with the batch at hand may run one that takes something else.
    bool RunsAlone => options.OwnStep is null
        && (options.BatchLoss is null || model is IBatchModule || loader is { CollateFunction: null, Dataset.Inputs.Count: 1 });

    // Gradients of an unfinished step are in no checkpoint.
    bool IsBetweenSteps => batch == 0 || trainingStep.EndsStep(batch - 1, step - 1);

    /// <summary>Tries a network on zeros in batches of the sizes that training will bring, the last, smaller one among them.
    /// Nothing changes. <see cref="Fit"/> does so first; calling this refuses what cannot work before anything is written.
    /// </summary>
    /// <exception cref="ArgumentException">The network cannot take these batches.</exception>
    public static void Rehearse(Module model, DataLoader loader) => Rehearsal.Run(model, loader);

    /// <summary>Puts the average of the weights into the network, once training is over; the running statistics are measured
    /// anew where they were not averaged. Nothing happens without an average.</summary>
    public void ApplyAverage(CancellationToken cancellation = default) => epochEnd.ApplyAverage(cancellation);

    /// <summary>Trains to the end, or until it is cancelled: then the checkpoint is written first.</summary>
    /// <exception cref="ArgumentException">A setting or a shape that cannot work: found before training starts.</exception>
    /// <exception cref="TrainingDivergedException">A loss that is not finite.</exception>
    public TrainingResult Fit(CancellationToken cancellation = default)
    {
        Throw.Unless(options is { Epochs: > 0, LogEvery: > 0, CheckpointEvery: >= 0 },
            $"Trainer: expected at least 1 epoch, a log line every 1 or more and a checkpoint every 0 or more "
                + $"mini-batches, got {options.Epochs}, {options.LogEvery} and {options.CheckpointEvery}.");
        Throw.Unless(Steps > (options.Epochs - 1L) * loader.Count && Steps <= (long)options.Epochs * loader.Count,
            $"Trainer: {options.Epochs} epochs of {loader.Count} mini-batches end after more than {(options.Epochs - 1L) * loader.Count} "
                + $"and up to {(long)options.Epochs * loader.Count} steps, got {Steps}.");
        if (RunsAlone)
            Rehearsal.Run(model, loader, givesLogits: trainingStep.TakesLogits);
        model.Train();
        var clock = Stopwatch.StartNew();
        long before = step;
        bool completed = true;
        state.IsStopped = false;
        Tell(static (callback, state) => callback.OnTrainingStart(state));
        while (completed && step < Steps && !epochEnd.IsOver && !state.IsStopped)
            completed = RunEpoch(clock, before, cancellation);

        double speed = (step - before) * (double)loader.BatchSize / clock.Elapsed.TotalSeconds;
        var result = new TrainingResult(completed, step, clock.Elapsed, speed)
        {
            StoppedEarly = completed && step < Steps,
        };
        Tell((callback, state) => callback.OnTrainingEnd(state, result));
        return result;
    }

    void Tell(Action<TrainerCallback, TrainerState> of, int? at = null)
    {
        (state.Epoch, state.Batch, state.Step) = (at ?? Math.Min(epoch + 1, options.Epochs), batch, step);
        foreach (var callback in callbacks)
            of(callback, state);
    }

    bool RunEpoch(Stopwatch clock, long before, CancellationToken cancellation)
    {
        Tell(static (callback, state) => callback.OnEpochStart(state));
        using var batches = StartEpoch();
        long nextReport = step == before ? 0 : clock.ElapsedMilliseconds + 100;
        while (true)
        {
            // Before the next batch is asked for: what it draws belongs behind the checkpoint. After an epoch's last one there is
            // none, and what the loader draws then belongs to the epoch.
            if (step == Steps && batch < loader.Count)
                break;
            if ((cancellation.IsCancellationRequested || state.IsStopped) && batch < loader.Count && IsBetweenSteps)
            {
                SaveCheckpoint();
                return state.IsStopped;
            }

            if (!batches.MoveNext())
                break;
            Step(batches.Current);
            if (batch % options.LogEvery == 0)
                WriteLine();
            if (clock.ElapsedMilliseconds >= nextReport)
            {
                nextReport = clock.ElapsedMilliseconds + 100;
                double rate = (step - before) / clock.Elapsed.TotalSeconds;
                var progress = new TrainingProgress(step, Steps, rate * loader.BatchSize, TimeSpan.FromSeconds((Steps - step) / rate));
                Tell((callback, state) => callback.OnProgress(state, progress));
            }

            if (options.CheckpointEvery > 0 && batch % options.CheckpointEvery == 0 && batch < loader.Count && step < Steps && IsBetweenSteps)
                SaveCheckpoint();
        }

        // An epoch that training ends in the middle of keeps its position.
        int over = epoch + 1;
        var summary = EpochLine.Of(whole, over, step);
        Tell((callback, state) => callback.OnEpochEnd(state, summary));
        if (batch == loader.Count)
        {
            epoch++;
            batch = 0;
            line.Reset(); // the log starts anew with each epoch, as the tutorial's does
            whole.Reset();
            epochGenerator = null;
        }

        epochEnd.Run(over, step, validated => Tell((callback, state) => callback.OnEvaluation(state, validated), over));
        SaveCheckpoint();
        return true;
    }

    // A resumed epoch draws its order again from the state it began with, then goes on with the state it had reached.
    IEnumerator<Batch> StartEpoch()
    {
        var generator = LoaderGenerator;
        loader.EpochsStarted = epoch;
        if (resumed && batch > 0)
        {
            byte[] reached = generator.GetState(), reachedDefault = Generator.Default.GetState();
            generator.SetState(epochGenerator!);
            var batches = loader.Start(batch);
            generator.SetState(reached);
            Generator.Default.SetState(reachedDefault);
            resumed = false;
            return batches;
        }

        // Cancelled before its first mini-batch, an epoch has drawn from the generator already: it begins once more.
        if (resumed)
            generator.SetState(epochGenerator!);
        resumed = false;
        epochGenerator = generator.GetState();
        return loader.Start(0);
    }

    void Step(Batch current)
    {
        Tell((callback, state) => callback.OnStepStart(state, current));
        int count = current.Count;
        var (loss, parts) = trainingStep.Run(current, (epoch, batch, step), Look, Diverged);
        batch++;
        step++;
        line.Add(loss, parts, count);
        whole.Add(loss, parts, count);
        Tell((callback, state) => callback.OnStepEnd(state, loss, parts));
    }

    void Look(Batch current, TensorList outputs)
    {
        line.Look(current, outputs);
        whole.Look(current, outputs);
    }

    TrainingDivergedException Diverged(string what, double value)
    {
        string? kept = options.CheckpointPath is { } path && File.Exists(path) ? path : null;
        return new TrainingDivergedException(what, step + 1, epoch + 1, value, kept);
    }

    void WriteLine()
    {
        var text = TrainingLine.Of(line, epoch + 1, batch, step, options.LogEvery);
        Tell((callback, state) => callback.OnLine(state, text));
        line.Reset();
    }
}
