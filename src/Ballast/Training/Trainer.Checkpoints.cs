namespace Ballast;

/// <content>Checkpoints: what is kept, and how training goes on with it.</content>
public sealed partial class Trainer
{
    /// <summary>Continues from a checkpoint when <see cref="Fit"/> is called.</summary>
    /// <exception cref="ArgumentException">The checkpoint belongs to another network, optimizer or dataset; nothing has been
    /// changed.</exception>
    public void Resume(Checkpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        Throw.Unless(checkpoint.Batch <= loader.Count
                && checkpoint.Step == (long)checkpoint.Epoch * loader.Count + checkpoint.Batch,
            $"Trainer: the checkpoint's position (epoch {checkpoint.Epoch}, batch {checkpoint.Batch}, step {checkpoint.Step}) "
                + $"does not fit epochs of {loader.Count} batches. Resume with the same dataset and batch size.");
        var own = model.NamedGenerators().ToList();
        Throw.Unless(own.Select(static entry => entry.Name).ToHashSet().SetEquals(checkpoint.ModelGenerators.Keys),
            $"Trainer: the network's own generators are {Names(own.Select(static entry => entry.Name))}, the checkpoint "
                + $"has {Names(checkpoint.ModelGenerators.Keys)}. Resume with the network that was trained: other draws would give other weights.");
        Throw.Unless(options.MoreOptimizers.Keys.ToHashSet().SetEquals(checkpoint.MoreOptimizers.Keys),
            $"Trainer: the further optimizers are {Names(options.MoreOptimizers.Keys)}, the checkpoint has {Names(checkpoint.MoreOptimizers.Keys)}. "
                + $"Resume with the optimizers that were trained with.");
        var (weights, steps, average, schedule) =
            (model.StateDict(), optimizer.StateDict(), options.Average?.StateDict(), options.Schedule?.SaveState());
        var more = options.MoreOptimizers.ToDictionary(static entry => entry.Key, static entry => entry.Value.StateDict());
        try
        {
            model.LoadStateDict(checkpoint.Model);
            optimizer.LoadStateDict(checkpoint.Optimizer);
            foreach (var (name, other) in options.MoreOptimizers)
                other.LoadStateDict(checkpoint.MoreOptimizers[name]);
            epochEnd.Resume(checkpoint);
        }
        catch (ArgumentException)
        {
            model.LoadStateDict(weights);
            optimizer.LoadStateDict(steps);
            foreach (var (name, other) in options.MoreOptimizers)
                other.LoadStateDict(more[name]);
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
        for (int i = 0; i < options.Callbacks.Count; i++)
        {
            if (checkpoint.Callbacks.TryGetValue(i, out var remembered))
                options.Callbacks[i].LoadState(remembered);
        }

        (epoch, batch, step) = (checkpoint.Epoch, checkpoint.Batch, checkpoint.Step);
        line.Load(checkpoint.LossSum, checkpoint.Correct, checkpoint.Samples, 0, checkpoint.LineParts, checkpoint.LineMetrics);
        var sums = checkpoint.Sums;
        whole.Load(sums.Loss, sums.Correct, sums.Samples, sums.Batches, checkpoint.EpochParts, checkpoint.EpochMetrics);
        epochGenerator = checkpoint.EpochGenerator;
        resumed = true;
    }

    void SaveCheckpoint()
    {
        if (options.CheckpointPath is null)
            return;
        // Weights that are no numbers are not worth the good ones that the file holds; the next loss will tell.
        var weights = model.StateDict();
        if (!weights.All(static entry => !entry.Value.Tensor.ElementType.IsFloat() || IsFinite(entry.Value.Tensor.AsSpan())))
            return;
        byte[] now = LoaderGenerator.GetState();
        new Checkpoint
        {
            Model = weights,
            Optimizer = optimizer.StateDict(),
            MoreOptimizers = options.MoreOptimizers.ToDictionary(static entry => entry.Key, static entry => entry.Value.StateDict()),
            Epoch = epoch,
            Batch = batch,
            Step = step,
            LossSum = line.Loss,
            Correct = line.Correct,
            Samples = line.Samples,
            Sums = new EpochSums(whole.Loss, whole.Correct, whole.Samples, whole.Batches),
            LineParts = line.PartSums,
            EpochParts = whole.PartSums,
            LineMetrics = line.Save().ToDictionary(static entry => entry.Name, static entry => entry.State),
            EpochMetrics = whole.Save().ToDictionary(static entry => entry.Name, static entry => entry.State),
            DefaultGenerator = Generator.Default.GetState(),
            EpochGenerator = epochGenerator ?? now,
            LoaderGenerator = now,
            ModelGenerators = model.NamedGenerators().ToDictionary(static entry => entry.Name, static entry => entry.Generator.GetState()),
            Average = options.Average?.StateDict(),
            Schedule = options.Schedule?.SaveState() ?? new Dictionary<string, double>(),
            Callbacks = options.Callbacks.Select(static (callback, i) => (State: callback.SaveState(), Place: i))
                .Where(static entry => entry.State.Count > 0).ToDictionary(static entry => entry.Place, static entry => entry.State),
            BestValidation = epochEnd.Best,
            EpochsWithoutBetter = epochEnd.Waited,
            Metadata = options.Metadata,
        }.Save(options.CheckpointPath);
        Tell((callback, state) => callback.OnCheckpoint(state, options.CheckpointPath));
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
