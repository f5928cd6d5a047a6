using System.Globalization;
using System.Text;

namespace Ballast;

/// <summary>Means over the mini-batches of an epoch, in training mode, while the weights change.</summary>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="Step">How many mini-batches are done in all.</param>
/// <param name="Loss">The mean of the mini-batches' losses; NaN where a checkpoint of before it was kept lacks the epoch's beginning.</param>
/// <param name="Accuracy">The share of the samples that were classified right, 0 to 1; NaN likewise, and where it is none of the
/// metrics.</param>
/// <param name="Count">How many samples there were.</param>
public readonly record struct EpochLine(int Epoch, long Step, double Loss, double Accuracy, long Count)
{
    readonly MetricValues? metrics, parts;

    /// <summary>The metrics: the accuracy, unless <see cref="TrainerOptions.Metrics"/> names others.</summary>
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

    /// <summary>The line of what was added up.</summary>
    internal static EpochLine Of(RunningMeans sums, int epoch, long step)
    {
        var line = new EpochLine(epoch, step, sums.Loss / sums.Batches, sums.Accuracy, sums.Samples);
        return sums.HasAccuracyAlone && sums.PartSums.Count == 0 ? line
            : line with { Metrics = sums.Metrics(), Parts = sums.Parts(sums.Batches) };
    }

    // Numbers as they are written everywhere, whatever the culture of the caller.
    bool PrintMembers(StringBuilder builder)
    {
        builder.Append(CultureInfo.InvariantCulture, $"Epoch = {Epoch}, Step = {Step}, Loss = {Loss}");
        LineText.Append(builder, metrics, parts, Accuracy);
        builder.Append(CultureInfo.InvariantCulture, $", Count = {Count}");
        return true;
    }
}

/// <summary>Metrics as records print them.</summary>
static class LineText
{
    /// <summary>Appends the parts of a loss and the metrics, each behind a comma.</summary>
    public static void Append(StringBuilder builder, MetricValues? metrics, MetricValues? parts, double accuracy)
    {
        foreach (var part in parts ?? MetricValues.None)
            builder.Append(CultureInfo.InvariantCulture, $", {part}");
        if (metrics is null)
            builder.Append(CultureInfo.InvariantCulture, $", Accuracy = {accuracy}");
        foreach (var metric in metrics ?? MetricValues.None)
            builder.Append(CultureInfo.InvariantCulture, $", {metric}");
    }
}

/// <summary>Sums over the mini-batches of an epoch in progress, as checkpoints have them.</summary>
/// <param name="Loss">The sum of the losses; NaN where it is not known.</param>
/// <param name="Correct">How many samples were classified right.</param>
/// <param name="Samples">How many samples there were.</param>
/// <param name="Batches">How many mini-batches there were.</param>
readonly record struct EpochSums(double Loss, long Correct, long Samples, long Batches);
