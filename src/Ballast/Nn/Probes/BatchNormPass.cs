using Ballast.Kernels;

namespace Ballast;

/// <summary>A batch normalization that is about to normalize, as a <see cref="Probe"/> shows it. Running statistics have taken
/// the batch in already, where they do.</summary>
public readonly ref struct BatchNormPass
{
    readonly Tensor input;
    readonly ChannelLayout layout;
    readonly ReadOnlySpan<double> statistics;

    internal BatchNormPass(
        string name, BatchNorm layer, Tensor input, ChannelLayout layout, ReadOnlySpan<double> statistics, bool ofBatch)
    {
        Name = name;
        Layer = layer;
        IsOfBatch = ofBatch;
        this.input = input;
        this.layout = layout;
        this.statistics = statistics;
    }

    /// <summary>The layer's name in the network.</summary>
    public string Name { get; }

    /// <summary>The layer.</summary>
    public BatchNorm Layer { get; }

    /// <summary>What it normalizes: [N, C, ...].</summary>
    public ObservedValues Input => new(input);

    /// <summary>Whether the statistics are the batch's own; otherwise they are the running ones.</summary>
    public bool IsOfBatch { get; }

    /// <summary>Whether gradients are recorded, as they are in training and not in an evaluation.</summary>
    public bool RecordsGradients { get; } = Tensor.Recording;

    /// <summary>How many values of a channel the batch has.</summary>
    public int Count => layout.PerChannel;

    /// <summary>The mean of each channel that is normalized with: [C].</summary>
    public ReadOnlySpan<double> Mean => statistics[..layout.C];

    /// <summary>The variance of each channel that is normalized with: [C]. The batch's divides by <see cref="Count"/>, the running
    /// one by one less.</summary>
    public ReadOnlySpan<double> Variance => statistics[layout.C..];

    /// <summary>Computes the batch's own statistics where those that are normalized with are not: a pass over the input.</summary>
    /// <param name="mean">The means: [C].</param>
    /// <param name="variance">The variances, which divide by <see cref="Count"/>: [C].</param>
    /// <exception cref="ArgumentException">No room for C values each.</exception>
    public void MeasureBatch(Span<double> mean, Span<double> variance)
    {
        Throw.Unless(mean.Length == layout.C && variance.Length == layout.C,
            $"BatchNormPass: expected room for {layout.C} means and variances, got room for {mean.Length} and {variance.Length}.");
        if (IsOfBatch)
        {
            Mean.CopyTo(mean);
            Variance.CopyTo(variance);
            return;
        }

        double[] measured = System.Buffers.ArrayPool<double>.Shared.Rent(2 * layout.C);
        NormalizationOperation.Statistics(input, layout, measured.AsSpan(0, 2 * layout.C));
        measured.AsSpan(0, layout.C).CopyTo(mean);
        measured.AsSpan(layout.C, layout.C).CopyTo(variance);
        System.Buffers.ArrayPool<double>.Shared.Return(measured);
    }
}
