using System.Text.Json;

namespace Ballast.Lab;

/// <summary>One line of <c>metrics.jsonl</c>: something measured, or something that happened.</summary>
/// <param name="Type">What it is.</param>
/// <param name="Step">How many mini-batches were done.</param>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="Batch">How many mini-batches of the epoch were done.</param>
/// <param name="Loss">The loss.</param>
/// <param name="Accuracy">The share of the samples that were classified right, 0 to 1.</param>
/// <param name="Count">How many samples the loss and the accuracy are of.</param>
/// <param name="Seconds">The time spent training so far, over all sittings.</param>
/// <param name="ImagesPerSecond">The speed of training so far.</param>
/// <param name="Best">Whether no validation before was as good.</param>
/// <param name="TestTimeAugmentation">How often the network saw each test image; null for once, as it is.</param>
public sealed record Metric(
    MetricKind Type,
    long Step,
    int? Epoch = null,
    int? Batch = null,
    double? Loss = null,
    double? Accuracy = null,
    int? Count = null,
    double? Seconds = null,
    double? ImagesPerSecond = null,
    bool? Best = null,
    TestTimeAugmentation? TestTimeAugmentation = null)
{
    /// <summary>What was measured besides, by its name: <c>r2</c>; null for nothing.</summary>
    public IReadOnlyDictionary<string, double>? Measures { get; init; }

    /// <summary>Which of the networks that are averaged it is of, from 1; null for none of them.</summary>
    public int? Member { get; init; }

    /// <summary>Which fold of a cross validation it is of, from 1; null for none.</summary>
    public int? Fold { get; init; }

    /// <summary>The learning rate of the last mini-batch, of the first group of parameters.</summary>
    public double? LearningRate { get; init; }

    /// <summary>The Euclidean norm of the last mini-batch's gradient, of all parameters together; after clipping.</summary>
    public double? GradientNorm { get; init; }

    /// <summary>What a test found.</summary>
    /// <param name="test">The test.</param>
    /// <param name="step">How many mini-batches were done.</param>
    public static Metric Of(Evaluation test, long step = 0)
    {
        ArgumentNullException.ThrowIfNull(test);
        return new Metric(MetricKind.Evaluation, step, Loss: test.Loss, Accuracy: AccuracyOf(test.Metrics, test.Accuracy), Count: test.Count)
        {
            Measures = MeasuresOf(test.Metrics),
        };
    }

    // Null where it is not measured; of a network that gives NaN it is NaN.
    internal static double? AccuracyOf(MetricValues metrics, double value) => metrics.TryGet("accuracy", out _) ? value : null;

    // What is not the accuracy, which has a place of its own.
    internal static Dictionary<string, double>? MeasuresOf(MetricValues metrics)
    {
        var others = metrics.Where(static metric => metric.Name != "accuracy" && double.IsFinite(metric.Value))
            .ToDictionary(static metric => metric.Name, static metric => metric.Value);
        return others.Count == 0 ? null : others;
    }

    /// <summary>The line, as it is in the file.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, MetricJson.Default.Metric);
}

/// <summary>The kinds of <see cref="Metric"/>.</summary>
public enum MetricKind
{
    /// <summary>The mean loss and accuracy of the mini-batches since the line before.</summary>
    Train,

    /// <summary>An epoch is over.</summary>
    Epoch,

    /// <summary>Training was stopped and can be resumed from here.</summary>
    Stopped,

    /// <summary>The loss and accuracy on what is looked at after each epoch, in evaluation mode.</summary>
    Validation,

    /// <summary>Training ended before its last epoch: validation had stopped getting better.</summary>
    StoppedEarly,

    /// <summary>One of the networks that are averaged has learned all samples; the loss is that of its last epoch.</summary>
    Member,

    /// <summary>The loss was not finite.</summary>
    Diverged,

    /// <summary>The loss and accuracy on the test images, in evaluation mode.</summary>
    Evaluation,
}
