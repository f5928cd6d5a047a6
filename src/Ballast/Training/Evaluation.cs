using System.Globalization;
using System.Text;

namespace Ballast;

/// <summary>How well a network does on a dataset.</summary>
/// <param name="Loss">The mean loss of a sample: the cross entropy where no other is asked for.</param>
/// <param name="Accuracy">The share of samples whose class has the largest logit, 0 to 1; NaN where a logit is NaN.</param>
/// <param name="Count">How many samples there were.</param>
public sealed record Evaluation(double Loss, double Accuracy, int Count)
{
    /// <summary>How many samples had a logit that is NaN.</summary>
    public int NotNumbers { get; init; }

    /// <summary>Runs a classifier over a dataset in evaluation mode, recording no gradients. The mode belongs to the thread and the
    /// network is not touched: several threads may run it at once, whatever mode it was left in.</summary>
    /// <param name="model">A network with one logit for each class.</param>
    /// <param name="dataset">The samples.</param>
    /// <param name="batchSize">How many samples at once; the result does not depend on it but for rounding.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <exception cref="ArgumentException">Samples or labels that do not fit the network.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static Evaluation Run(
        Module model, Dataset dataset, int batchSize = 500, CancellationToken cancellation = default) =>
        Run(model, dataset, null, batchSize, cancellation);

    /// <summary>The same with another loss.</summary>
    /// <param name="model">A network with one logit for each class.</param>
    /// <param name="dataset">The samples.</param>
    /// <param name="loss">The mean loss of logits [N, C] and their labels; the cross entropy where null.</param>
    /// <param name="batchSize">How many samples at once.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <exception cref="ArgumentException">Samples or labels that do not fit the network.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static Evaluation Run(
        Module model, Dataset dataset, Func<Tensor, Tensor, Tensor>? loss, int batchSize = 500, CancellationToken cancellation = default)
    {
        using var evaluating = ModeScope.Evaluate();
        using var off = Tensor.NoGrad();
        // A generator of its own: evaluating in the middle of training draws nothing from the default one.
        return Run(images => model.Forward(images), new DataLoader(dataset, batchSize, generator: new Generator(0)), loss, cancellation);
    }

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
        using var evaluating = ModeScope.Evaluate();
        using var off = Tensor.NoGrad();
        return Run(
            images => TestTimeViews.Logits(model, images, augmentation),
            new DataLoader(dataset, batchSize, generator: new Generator(0)), cancellation);
    }

    /// <summary>Runs anything that classifies over data, each batch in turn: <see cref="Tent.Forward"/> for instance, which
    /// adapts as it goes.</summary>
    /// <param name="classify">From the samples of a batch to logits [N, C].</param>
    /// <param name="loader">The data.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <exception cref="ArgumentException">Labels that do not fit the logits.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static Evaluation Run(Func<Tensor, Tensor> classify, DataLoader loader, CancellationToken cancellation = default) =>
        Run(classify, loader, null, cancellation);

    static Evaluation Run(
        Func<Tensor, Tensor> classify, DataLoader loader, Func<Tensor, Tensor, Tensor>? loss, CancellationToken cancellation)
    {
        var crossEntropy = new CrossEntropyLoss(Reduction.Sum);
        double sum = 0;
        int right = 0, count = 0, notNumbers = 0;
        foreach (var (inputs, targets) in loader)
        {
            cancellation.ThrowIfCancellationRequested();
            var outputs = classify(inputs);
            sum += loss is null ? crossEntropy.Forward(outputs, targets).Item() : (double)loss(outputs, targets).Item() * targets.Length;
            right += Correct(outputs, targets);
            notNumbers += NotNumbersIn(outputs);
            count += targets.Length;
            inputs.Consumed = targets.Consumed = true;
        }

        // A share of what was right says nothing where the rest is not even wrong.
        return new Evaluation(sum / count, notNumbers > 0 ? double.NaN : (double)right / count, count) { NotNumbers = notNumbers };
    }

    /// <summary>How many rows of logits [N, C] are largest at their label, int64 [N]; none that has a NaN.</summary>
    public static int Correct(Tensor outputs, Tensor targets)
    {
        Throw.Unless(outputs.Shape.Rank == 2 && outputs.Shape[0] == targets.Length,
            $"Evaluation.Correct: expected logits [{targets.Length}, C], got {outputs.Shape}.");
        TypedOperations.RequireLabels("Evaluation.Correct", outputs, targets);
        int classes = outputs.Shape[1], right = 0;
        var logits = outputs.Read();
        var labels = targets.AsSpan<long>();
        for (int n = 0; n < labels.Length; n++)
        {
            var row = logits.Slice(n * classes, classes);
            int best = 0;
            for (int c = 1; c < classes; c++)
                best = row[c] > row[best] ? c : best;
            right += best == labels[n] && !HasNaN(row) ? 1 : 0;
        }

        return right;
    }

    static int NotNumbersIn(Tensor outputs)
    {
        int classes = outputs.Shape[1], count = 0;
        var logits = outputs.Read();
        for (int n = 0; n < outputs.Shape[0]; n++)
            count += HasNaN(logits.Slice(n * classes, classes)) ? 1 : 0;
        return count;
    }

    static bool HasNaN(ReadOnlySpan<float> row)
    {
        foreach (float value in row)
        {
            if (float.IsNaN(value))
                return true;
        }

        return false;
    }

    // Numbers as they are written everywhere, whatever the culture of the caller.
    bool PrintMembers(StringBuilder builder)
    {
        builder.Append(CultureInfo.InvariantCulture, $"Loss = {Loss}, Accuracy = {Accuracy}, Count = {Count}");
        if (NotNumbers > 0)
            builder.Append(CultureInfo.InvariantCulture, $", NotNumbers = {NotNumbers}");
        return true;
    }
}
