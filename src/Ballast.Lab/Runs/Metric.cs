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

    /// <summary>The loss was not finite.</summary>
    Diverged,

    /// <summary>The loss and accuracy on the test images, in evaluation mode.</summary>
    Evaluation,
}
