namespace Ballast;

/// <summary>How well a network does on a dataset.</summary>
/// <param name="Loss">The mean cross entropy of a sample.</param>
/// <param name="Accuracy">The share of samples whose class has the largest logit, 0 to 1.</param>
/// <param name="Count">How many samples there were.</param>
public sealed record Evaluation(double Loss, double Accuracy, int Count)
{
    /// <summary>Runs a classifier over a dataset in evaluation mode, recording no gradients, and puts each of its parts back into
    /// the mode it was in.</summary>
    /// <param name="model">A network with one logit for each class.</param>
    /// <param name="dataset">The samples.</param>
    /// <param name="batchSize">How many samples at once; the result does not depend on it but for rounding.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <exception cref="ArgumentException">Samples or labels that do not fit the network.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static Evaluation Run(
        Module model, Dataset dataset, int batchSize = 500, CancellationToken cancellation = default) =>
        Run(model, dataset, TestTimeAugmentation.None, batchSize, cancellation);

    /// <summary>The same for a network that sees each image several times; the loss is that of the mean logits.</summary>
    /// <param name="model">A network with one logit for each class.</param>
    /// <param name="dataset">The samples.</param>
    /// <param name="augmentation">How often the network sees each image.</param>
    /// <param name="batchSize">How many samples at once; the result does not depend on it but for rounding.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <exception cref="ArgumentException">Samples or labels that do not fit the network, or samples that are no images.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static Evaluation Run(
        Module model, Dataset dataset, TestTimeAugmentation augmentation, int batchSize = 500,
        CancellationToken cancellation = default)
    {
        var modes = new ModuleModes(model);
        using var off = Tensor.NoGrad();
        model.Eval();
        try
        {
            var lossFunction = new CrossEntropyLoss(Reduction.Sum);
            double loss = 0;
            int right = 0;
            // A generator of its own: evaluating in the middle of training draws nothing from the default one.
            foreach (var (inputs, targets) in new DataLoader(dataset, batchSize, generator: new Generator(0)))
            {
                cancellation.ThrowIfCancellationRequested();
                var outputs = TestTimeViews.Logits(model, inputs, augmentation);
                loss += lossFunction.Forward(outputs, targets).Item();
                right += Correct(outputs, targets);
                inputs.Consumed = targets.Consumed = true;
            }

            return new Evaluation(loss / dataset.Count, (double)right / dataset.Count, dataset.Count);
        }
        finally
        {
            modes.Restore();
        }
    }

    /// <summary>How many rows of logits [N, C] are largest at their label.</summary>
    public static int Correct(Tensor outputs, Labels targets)
    {
        Throw.Unless(outputs.Shape.Rank == 2 && outputs.Shape[0] == targets.Count,
            $"Evaluation.Correct: expected logits [{targets.Count}, C], got {outputs.Shape}.");
        int classes = outputs.Shape[1], right = 0;
        var logits = outputs.AsSpan();
        var labels = targets.AsSpan();
        for (int n = 0; n < labels.Length; n++)
        {
            var row = logits.Slice(n * classes, classes);
            int best = 0;
            for (int c = 1; c < classes; c++)
                best = row[c] > row[best] ? c : best;
            right += best == labels[n] ? 1 : 0;
        }

        return right;
    }
}
