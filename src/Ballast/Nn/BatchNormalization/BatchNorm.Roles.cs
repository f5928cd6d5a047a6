using System.Globalization;
using Ballast.Kernels;

namespace Ballast;

// What a batch normalization is to freezing, folding, and who gathers statistics or looks at them.
public abstract partial class BatchNorm
{
    /// <summary>Is shown the statistics that an input is about to be normalized with.</summary>
    internal BatchNormObserver? Normalizes { get; set; }

    /// <inheritdoc/>
    bool IRunningStatistics.IsTracking => KeepsStatistics && !StatisticsFrozen;

    /// <summary>Whether the layer has running statistics of its own to gather.</summary>
    private protected virtual bool KeepsStatistics => RunningMean is not null;

    /// <inheritdoc/>
    void IRunningStatistics.SetRunning(ReadOnlySpan<double> mean, ReadOnlySpan<double> variance, long batches) =>
        running!.Write(mean, variance, batches);

    /// <inheritdoc/>
    void IRunningStatistics.CopyRunning(Span<double> statistics) => CopyRunning(statistics);

    /// <summary>Writes the running mean and variance: [2, C].</summary>
    internal void CopyRunning(Span<double> statistics) => running!.CopyTo(statistics);

    /// <summary>The running variance of a channel.</summary>
    private protected double RunningVariance(int channel) => running!.Variance(channel);

    bool IFreezable.StatisticsFrozen
    {
        get => StatisticsFrozen;
        set => StatisticsFrozen = value;
    }

    bool IFreezable.HasStatistics => RunningMean is not null;

    FrozenAffine IFreezable.FrozenAffine { get; set; }

    string? IFoldable.Varies => !UsesBatchStatistics ? null
        : RunningMean is null ? "It has no running statistics: it normalizes with those of each batch, in evaluation mode too."
        : "It is in training mode, where it normalizes with the statistics of each batch. Call Eval() on the network first.";

    /// <inheritdoc/>
    bool IFoldable.FitsBehind(Module before) => FitsBehind(before);

    ChannelConstants IFoldable.Constants(int channel) => new(
        RunningMean!.AsSpan()[channel], Math.Sqrt(running!.Variance(channel) + Eps),
        Weight is null ? 1 : Weight.AsSpan()[channel], Bias is null ? 0 : Bias.AsSpan()[channel]);

    /// <summary>Whether the channels of this layer are those of the layer before it.</summary>
    private protected virtual bool FitsBehind(Module before) => before is Linear or Conv2d;

    // Refuses an input whose channels have too few values for a variance.
    void RefuseTooFew(Shape shape, int count)
    {
        if (Observation.Of(this) is not null)
            RunningMoments.RefuseSingle(this, shape);
        if (Training && !StatisticsFrozen)
        {
            string few = count == 0 ? "An empty batch" : "One value";
            Throw.Argument(
                $"{this}: expected more than 1 value per channel when training, got input {shape}. {few} has no variance.",
                RemedyKind.CompleteBatches,
                "Use a larger batch, drop the last incomplete one (DataLoader with dropLast: true), or call Eval() first.");
        }

        Throw.Argument(
            $"{this}: it has no running statistics, and {count} value per channel in the input {shape} gives none. " +
            "Use a larger batch, or a layer with trackRunningStats: true.");
    }

    /// <inheritdoc/>
    protected internal override string? ExtraRepr => PythonText.Norm(NumFeatures, Eps, Momentum, Weight is not null, RunningMean is not null);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{GetType().Name}({NumFeatures})");
}

/// <summary>Is shown the statistics that an input is about to be normalized with.</summary>
/// <param name="input">The input.</param>
/// <param name="layout">Where its channels lie.</param>
/// <param name="statistics">Mean and biased variance, or the running ones: [2, C].</param>
/// <param name="ofBatch">Whether they are the input's own.</param>
delegate void BatchNormObserver(Tensor input, ChannelLayout layout, ReadOnlySpan<double> statistics, bool ofBatch);
