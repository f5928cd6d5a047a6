using System.Globalization;
using System.Text;

namespace Ballast;

/// <summary>How well a network does on a dataset.</summary>
/// <param name="Loss">The mean loss of a sample: the cross entropy where no other is asked for; NaN where there is none.</param>
/// <param name="Accuracy">The share of samples whose class has the largest logit, 0 to 1; NaN where a logit is NaN, or where it is none of
/// the metrics.</param>
/// <param name="Count">How many samples there were.</param>
public sealed record Evaluation(double Loss, double Accuracy, int Count)
{
    readonly MetricValues? metrics, parts;

    /// <summary>How many samples had an output that is NaN.</summary>
    public int NotNumbers { get; init; }

    /// <summary>The metrics: the accuracy, unless <see cref="EvaluationOptions.Metrics"/> names others. None is a number where an output is
    /// NaN.</summary>
    public MetricValues Metrics
    {
        get => metrics ?? new MetricValues(new MetricValue("accuracy", Accuracy));
        init => metrics = value;
    }

    /// <summary>The means of the parts of the loss; none where it has none.</summary>
    public MetricValues Parts
    {
        get => parts ?? MetricValues.None;
        init => parts = value;
    }

    /// <summary>Runs a network over a dataset in evaluation mode, recording no gradients, and measures a loss and metrics of one's choice. The mode
    /// belongs to the thread and the network is not touched.</summary>
    /// <param name="model">The network. One that takes or gives several tensors implements <see cref="IBatchModule"/>.</param>
    /// <param name="dataset">The samples.</param>
    /// <param name="options">What is measured.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <exception cref="ArgumentException">Samples or targets that do not fit the network, the loss or a metric.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static Evaluation Run(Module model, Dataset dataset, EvaluationOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var loader = new DataLoader(dataset, options.BatchSize, generator: new Generator(0), collate: options.Collate);
        return Run(model, loader, options, cancellation);
    }

    /// <summary>The same over the batches of a loader.</summary>
    /// <param name="model">The network.</param>
    /// <param name="loader">The data; a loader draws two words from its generator, or the default one, for each pass.</param>
    /// <param name="options">What is measured; null for the cross entropy and the accuracy where the samples have classes.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <exception cref="ArgumentException">Samples or targets that do not fit the network, the loss or a metric.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static Evaluation Run(Module model, DataLoader loader, EvaluationOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(loader);
        using var evaluating = ModeScope.Evaluate();
        using var off = Tensor.NoGrad();
        return Run(batch => BatchForward.Run(model, batch), loader, options ?? new EvaluationOptions(), cancellation);
    }

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
        // A generator of its own: evaluating in the middle of training draws nothing from the default one.
        return Run(
            model, new DataLoader(dataset, batchSize, generator: new Generator(0)), new EvaluationOptions { Loss = loss }, cancellation);
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
            batch => TestTimeViews.Logits(model, batch.Inputs, augmentation),
            new DataLoader(dataset, batchSize, generator: new Generator(0)), new EvaluationOptions(), cancellation);
    }

    /// <summary>Runs anything that classifies over data, each batch in turn: <see cref="Tent.Forward"/> for instance, which
    /// adapts as it goes.</summary>
    /// <param name="classify">From the samples of a batch to logits [N, C].</param>
    /// <param name="loader">The data.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <exception cref="ArgumentException">Labels that do not fit the logits.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static Evaluation Run(Func<Tensor, Tensor> classify, DataLoader loader, CancellationToken cancellation = default) =>
        Run(batch => classify(batch.Inputs), loader, new EvaluationOptions(), cancellation);

    static Evaluation Run(
        Func<Batch, TensorList> forward, DataLoader loader, EvaluationOptions options, CancellationToken cancellation)
    {
        var metrics = options.MetricsFor(loader.Dataset);
        var loss = options.LossOf;
        var crossEntropy = loss is null && EvaluationOptions.HasClasses(loader.Dataset) ? new CrossEntropyLoss(Reduction.Sum) : null;
        if (loss is null && crossEntropy is null && EvaluationOptions.TakesCrossEntropy(loader.Dataset))
            loss = static (batch, outputs) => new CrossEntropyLoss().Forward(outputs[0], batch.Targets);
        var parts = new Dictionary<string, double>();
        double sum = 0;
        int count = 0, notNumbers = 0;
        foreach (var metric in metrics)
            metric.Reset();
        foreach (var batch in loader)
        {
            cancellation.ThrowIfCancellationRequested();
            int samples = batch.Count;
            var outputs = forward(batch);
            if (crossEntropy is not null)
            {
                sum += crossEntropy.Forward(outputs[0], batch.Targets).Item();
            }
            else if (loss is not null)
            {
                var value = loss(batch, outputs);
                sum += (double)value.Total.Item() * samples;
                foreach (var (name, part) in value.Numbers)
                    parts[name] = parts.GetValueOrDefault(name) + part * samples;
            }

            foreach (var metric in metrics)
                metric.Update(batch, outputs);
            notNumbers += NotNumbersIn(outputs[0]);
            count += samples;
            batch.MarkConsumed();
        }

        // A share of what was right says nothing where the rest is not even wrong.
        var values = new MetricValues(metrics.SelectMany(static metric => metric.Values)
            .Select(value => notNumbers > 0 ? value with { Value = double.NaN } : value));
        double accuracy = values.TryGet("accuracy", out double share) ? share : double.NaN;
        var result = new Evaluation(loss is null && crossEntropy is null ? double.NaN : sum / count, accuracy, count) { NotNumbers = notNumbers };
        return metrics is [Accuracy { Name: "accuracy" }] && parts.Count == 0 ? result : result with
        {
            Metrics = values,
            Parts = parts.Count == 0 ? MetricValues.None : new(parts.Select(part => new MetricValue(part.Key, part.Value / count))),
        };
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
        if (!outputs.ElementType.IsFloat() || outputs.Shape.Rank == 0 || outputs.Shape[0] == 0)
            return 0;
        int size = outputs.Length / outputs.Shape[0], count = 0;
        var values = outputs.Read();
        for (int n = 0; n < outputs.Shape[0]; n++)
            count += HasNaN(values.Slice(n * size, size)) ? 1 : 0;
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
        builder.Append(CultureInfo.InvariantCulture, $"Loss = {Loss}");
        LineText.Append(builder, metrics, parts, Accuracy);
        builder.Append(CultureInfo.InvariantCulture, $", Count = {Count}");
        if (NotNumbers > 0)
            builder.Append(CultureInfo.InvariantCulture, $", NotNumbers = {NotNumbers}");
        return true;
    }
}
