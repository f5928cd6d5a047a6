namespace Ballast.Lab;

/// <summary>An epoch of a run.</summary>
/// <param name="Epoch">Which, from 1.</param>
/// <param name="Loss">The mean loss of its mini-batches; null where it was not kept.</param>
/// <param name="Accuracy">The share of the training images that were classified right while it went on; null where it was not kept.</param>
/// <param name="ValidationAccuracy">The share of the images held back, after it; null without any.</param>
public sealed record EpochPoint(int Epoch, double? Loss, double? Accuracy, double? ValidationAccuracy)
{
    /// <summary>The loss on what is held back, after it; null without any.</summary>
    public double? ValidationLoss { get; init; }

    /// <summary>What else was measured on what is held back, by its name.</summary>
    public IReadOnlyDictionary<string, double> Measures { get; init; } = new Dictionary<string, double>();
}
