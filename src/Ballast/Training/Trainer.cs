using System.Diagnostics;

namespace Ballast;

/// <summary>Trains a classifier: the tutorial's loop, with its log, checkpoints that resume to the same bits, cancellation,
/// and a stop at the first loss that is not finite.</summary>
/// <param name="model">The network: one logit for each class.</param>
/// <param name="optimizer">The optimizer of its parameters.</param>
/// <param name="loader">The training data.</param>
/// <param name="options">How long, what to report, where to keep checkpoints.</param>
public sealed class Trainer(Module model, Optimizer optimizer, DataLoader loader, TrainerOptions options)
{
    readonly TrainingStep trainingStep = new(model, optimizer, loader, options);
    readonly EpochEnd epochEnd = new(model, loader, options);
    int epoch, batch;
    long step, correct, samples;
    double lossSum;
    EpochSums sums;
    byte[]? epochGenerator;
    bool resumed;

    Generator LoaderGenerator => loader.Generator ?? Generator.Default;

    long Steps => options.StepsOf(loader);

    /// <summary>Continues from a checkpoint when <see cref="Fit"/> is called.</summary>
    /// <exception cref="ArgumentException">The checkpoint belongs to another network, optimizer or dataset; nothing has been
    /// changed.</exception>
    public void Resume(Checkpoint checkpoint)
    {
        Throw.Unless(checkpoint.Batch <= loader.Count
                && checkpoint.Step == (long)checkpoint.Epoch * loader.Count + checkpoint.Batch,
            $"Trainer: the checkpoint's position (epoch {checkpoint.Epoch}, batch {checkpoint.Batch}, step {checkpoint.Step}) "
                + $"does not fit epochs of {loader.Count} batches. Resume with the same dataset and batch size.");
        var own = model.NamedGenerators().ToList();
        Throw.Unless(own.Select(static entry => entry.Name).ToHashSet().SetEquals(checkpoint.ModelGenerators.Keys),
            $"Trainer: the network's own generators are {Names(own.Select(static entry => entry.Name))}, the checkpoint "
                + $"has {Names(checkpoint.ModelGenerators.Keys)}. Resume with the network that was trained: other draws would give other weights.");
        var (weights, steps, average, schedule) =
            (model.StateDict(), optimizer.StateDict(), options.Average?.StateDict(), options.Schedule?.SaveState());
        try
        {
            model.LoadStateDict(checkpoint.Model);
            optimizer.LoadStateDict(checkpoint.Optimizer);
            epochEnd.Resume(checkpoint);
        }
        catch (ArgumentException)
        {
            model.LoadStateDict(weights);
            optimizer.LoadStateDict(steps);
            if (average is not null)
                options.Average!.LoadStateDict(average);
            if (schedule is { Count: > 0 })
                options.Schedule!.LoadState(schedule);
            throw;
        }

        Generator.Default.SetState(checkpoint.DefaultGenerator);
        LoaderGenerator.SetState(checkpoint.LoaderGenerator);
        foreach (var (name, generator) in own)
            generator.SetState(checkpoint.ModelGenerators[name]);
        (epoch, batch, step) = (checkpoint.Epoch, checkpoint.Batch, checkpoint.Step);
        (lossSum, correct, samples) = (checkpoint.LossSum, checkpoint.Correct, checkpoint.Samples);
        sums = checkpoint.Sums;
        epochGenerator = checkpoint.EpochGenerator;
        resumed = true;
    }

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
        Rehearsal.Run(model, loader);
        model.Train();
        var clock = Stopwatch.StartNew();
        long before = step;
        bool completed = true;
        while (completed && step < Steps && !epochEnd.IsOver)
            completed = RunEpoch(clock, before, cancellation);

        double speed = (step - before) * (double)loader.BatchSize / clock.Elapsed.TotalSeconds;
        return new TrainingResult(completed, step, clock.Elapsed, speed)
        {
            StoppedEarly = completed && step < Steps,
        };
    }

    bool RunEpoch(Stopwatch clock, long before, CancellationToken cancellation)
    {
        options.OnEpochStart?.Invoke(epoch + 1);
        using var batches = StartEpoch();
        long nextReport = step == before ? 0 : clock.ElapsedMilliseconds + 100;
        while (true)
        {
            // Before the next batch is asked for: what it draws belongs behind the checkpoint. After an epoch's last one there is
            // none, and what the loader draws then belongs to the epoch.
            if (step == Steps && batch < loader.Count)
                break;
            if (cancellation.IsCancellationRequested && batch < loader.Count)
            {
                SaveCheckpoint();
                return false;
            }

            if (!batches.MoveNext())
                break;
            Step(batches.Current);
            if (batch % options.LogEvery == 0)
                WriteLine();
            if (options.OnProgress is { } report && clock.ElapsedMilliseconds >= nextReport)
            {
                nextReport = clock.ElapsedMilliseconds + 100;
                double rate = (step - before) / clock.Elapsed.TotalSeconds;
                report(new TrainingProgress(
                    step, Steps, rate * loader.BatchSize, TimeSpan.FromSeconds((Steps - step) / rate)));
            }

            if (options.CheckpointEvery > 0 && batch % options.CheckpointEvery == 0 && batch < loader.Count && step < Steps)
                SaveCheckpoint();
        }

        // An epoch that training ends in the middle of keeps its position.
        int over = epoch + 1;
        var line = sums.Line(over, step);
        if (batch == loader.Count)
        {
            epoch++;
            batch = 0;
            (lossSum, correct, samples) = (0, 0, 0); // the log starts anew with each epoch, as the tutorial's does
            sums = new EpochSums();
            epochGenerator = null;
        }

        options.OnEpoch?.Invoke(over);
        options.OnEpochEnd?.Invoke(line);
        epochEnd.Run(over, step);
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
        var (loss, right) = trainingStep.Run(current, step, Diverged);
        batch++;
        step++;
        lossSum += loss;
        correct += right;
        samples += current.Targets.Length;
        sums = sums.With(loss, right, current.Targets.Length);
    }

    TrainingDivergedException Diverged(string what, double value)
    {
        string? kept = options.CheckpointPath is { } path && File.Exists(path) ? path : null;
        return new TrainingDivergedException(what, step + 1, epoch + 1, value, kept);
    }

    void WriteLine()
    {
        options.OnLine?.Invoke(new TrainingLine(
            epoch + 1, batch, step, lossSum / options.LogEvery, (double)correct / samples));
        (lossSum, correct, samples) = (0, 0, 0);
    }

    void SaveCheckpoint()
    {
        if (options.CheckpointPath is null)
            return;
        // Weights that are no numbers are not worth the good ones that the file holds; the next loss will tell.
        var state = model.StateDict();
        if (!state.All(static entry => !entry.Value.Tensor.ElementType.IsFloat() || IsFinite(entry.Value.Tensor.AsSpan())))
            return;
        byte[] now = LoaderGenerator.GetState();
        new Checkpoint
        {
            Model = state,
            Optimizer = optimizer.StateDict(),
            Epoch = epoch,
            Batch = batch,
            Step = step,
            LossSum = lossSum,
            Correct = correct,
            Samples = samples,
            Sums = sums,
            DefaultGenerator = Generator.Default.GetState(),
            EpochGenerator = epochGenerator ?? now,
            LoaderGenerator = now,
            ModelGenerators = model.NamedGenerators().ToDictionary(static entry => entry.Name, static entry => entry.Generator.GetState()),
            Average = options.Average?.StateDict(),
            Schedule = options.Schedule?.SaveState() ?? new Dictionary<string, double>(),
            BestValidation = epochEnd.Best,
            EpochsWithoutBetter = epochEnd.Waited,
            Metadata = options.Metadata,
        }.Save(options.CheckpointPath);
    }

    static string Names(IEnumerable<string> names) => string.Join(", ", names.Order(StringComparer.Ordinal)) is { Length: > 0 } all ? all : "none";

    static bool IsFinite(ReadOnlySpan<float> values)
    {
        foreach (float value in values)
        {
            if (!float.IsFinite(value))
                return false;
        }

        return true;
    }
}
