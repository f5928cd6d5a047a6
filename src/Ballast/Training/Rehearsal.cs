namespace Ballast;

/// <summary>Tries a network on zeros of the shapes that training will bring (on the first samples, where shapes differ), the last, smaller batch
/// among them, so that what cannot work is said before training starts and not at the end of its first epoch.</summary>
static class Rehearsal
{
    /// <summary>Runs the network forward once for each batch size; its state and the generators are put back.</summary>
    /// <param name="model">The network.</param>
    /// <param name="loader">The data.</param>
    /// <param name="givesLogits">Whether it has to give a logit for each class; where samples have classes, if null.</param>
    /// <exception cref="ArgumentException">The network cannot take these batches.</exception>
    public static void Run(Module model, DataLoader loader, bool? givesLogits = null)
    {
        bool logits = givesLogits ?? loader.HasClasses;
        var state = model.StateDict();
        var generators = new GeneratorStates(model, null);
        // Workers may have batches of different sizes, and so rehearse different ones: none waits for another.
        SharedStatistics.IsRehearsal = true;
        using var off = Tensor.NoGrad();
        using var training = ModeScope.Begin(training: true);
        try
        {
            Try(model, loader, Math.Min(loader.BatchSize, loader.SampleCount), "", logits);
            if (loader.LastBatchSize != loader.BatchSize)
            {
                Try(model, loader, loader.LastBatchSize,
                    $"{loader.SampleCount} samples in batches of {loader.BatchSize} leave a last batch of {loader.LastBatchSize}. ", logits);
            }
        }
        finally
        {
            model.LoadStateDict(state);
            generators.Restore();
            SharedStatistics.IsRehearsal = false;
        }
    }

    static void Try(Module model, DataLoader loader, int batchSize, string which, bool logits)
    {
        Shape shape = loader.Dataset.SampleShape.Batched(batchSize);
        try
        {
            var batch = loader is { TakesSamples: true, Gathers: false } ? loader.Peek(batchSize)
                : new Batch(Zeros(loader.Dataset.Inputs, batchSize), Zeros(loader.Dataset.Targets, batchSize));
            var outputs = BatchForward.Run(model, batch)[0];
            int classes = loader.Dataset.ClassNames.Count;
            if (logits && (outputs.Shape.Rank != 2 || outputs.Shape[0] != batchSize || outputs.Shape[1] < classes))
            {
                Throw.Argument(
                    $"The network turns {shape} into {outputs.Shape}. Expected one logit for each class: [{batchSize}, "
                        + $"{(classes > 0 ? classes : "C")}].");
            }
        }
        catch (ArgumentException error) when (which.Length > 0)
        {
            Throw.Argument(which + error.Message, error);
        }
    }

    static TensorList Zeros(IReadOnlyList<SampleField> fields, int count) =>
        TensorList.Of([.. fields.Select(field => field.Zeros(count))], [.. fields.Select(static field => field.Name)]);
}
