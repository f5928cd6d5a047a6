namespace Ballast;

/// <summary>Tries a network on zeros of the shapes that training will bring, the last, smaller batch among them, so that what
/// cannot work is said before training starts and not at the end of its first epoch.</summary>
static class Rehearsal
{
    /// <summary>Runs the network forward once for each batch size; its state and the generators are put back.</summary>
    /// <exception cref="ArgumentException">The network cannot take these batches.</exception>
    public static void Run(Module model, DataLoader loader)
    {
        var state = model.StateDict();
        var generators = new GeneratorStates(model, null);
        // Workers may have batches of different sizes, and so rehearse different ones: none waits for another.
        SharedStatistics.IsRehearsal = true;
        using var off = Tensor.NoGrad();
        using var training = ModeScope.Begin(training: true);
        try
        {
            Try(model, loader, Math.Min(loader.BatchSize, loader.Dataset.Count), "");
            if (loader.LastBatchSize != loader.BatchSize)
            {
                Try(model, loader, loader.LastBatchSize,
                    $"{loader.Dataset.Count} samples in batches of {loader.BatchSize} leave a last batch of {loader.LastBatchSize}. ");
            }
        }
        finally
        {
            model.LoadStateDict(state);
            generators.Restore();
            SharedStatistics.IsRehearsal = false;
        }
    }

    static void Try(Module model, DataLoader loader, int batchSize, string which)
    {
        Shape shape = loader.Dataset.SampleShape.Batched(batchSize);
        try
        {
            var outputs = model.Forward(Tensor.Zeros(shape));
            int classes = loader.Dataset.ClassNames.Count;
            if (outputs.Shape.Rank != 2 || outputs.Shape[0] != batchSize || outputs.Shape[1] < classes)
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
}
