using Ballast.Kernels;

namespace Ballast;

/// <summary>The running mean and variance of each channel, which every layer that has some moves and reads by this.</summary>
/// <param name="mean">The running mean: [C], or null where none is kept.</param>
/// <param name="spread">The running unbiased variance: [C]; or, with <paramref name="added"/>, the running sqrt(var + added).</param>
/// <param name="added">What is added to a variance whose root is kept; null where the variance itself is.</param>
sealed class RunningMoments(Tensor? mean, Tensor spread, double? added = null)
{
    /// <summary>How many batches have moved them.</summary>
    public long Batches { get; set; }

    /// <summary>How many batches were kept out, since the layer was made, because their statistics were not finite: a single one
    /// would stay for ever.</summary>
    public long Untracked { get; private set; }

    /// <summary>running = (1 - momentum) running + momentum batch, the variance made unbiased, m / (m - 1). A batch in which one
    /// channel's is not finite moves none.</summary>
    /// <param name="means">The batch's means: [C]; ignored where none is kept.</param>
    /// <param name="variances">The batch's biased variances: [C].</param>
    /// <param name="count">m, how many values a variance comes from.</param>
    /// <param name="momentum">The weight of the batch; null for the plain average of all.</param>
    public void Track(ReadOnlySpan<double> means, ReadOnlySpan<double> variances, double count, double? momentum)
    {
        StatisticsJournal.Note(this, Keep);
        double correction = count / (count - 1);
        if ((mean is not null && !ChannelTables.AreFinite(means, 1)) || !ChannelTables.AreFinite(variances, correction))
        {
            Untracked++;
            return;
        }

        Batches++;
        double weight = momentum ?? 1.0 / Batches;
        if (mean is not null)
            ChannelTables.Move(mean.Mutate(), means, weight, 1);
        var to = spread.Mutate();
        if (added is not { } epsilon)
        {
            ChannelTables.Move(to, variances, weight, correction);
            return;
        }

        for (int c = 0; c < to.Length; c++)
            to[c] = (float)((1 - weight) * to[c] + weight * Math.Sqrt(variances[c] + epsilon));
    }

    /// <summary>Replaces them.</summary>
    /// <param name="means">[C].</param>
    /// <param name="variances">The unbiased variances: [C].</param>
    /// <param name="batches">How many batches they come from.</param>
    public void Write(ReadOnlySpan<double> means, ReadOnlySpan<double> variances, long batches)
    {
        var to = spread.Mutate();
        for (int c = 0; c < to.Length; c++)
            to[c] = (float)(added is { } epsilon ? Math.Sqrt(variances[c] + epsilon) : variances[c]);
        to = mean is null ? default : mean.Mutate();
        for (int c = 0; c < to.Length; c++)
            to[c] = (float)means[c];
        Batches = batches;
    }

    // All that there is, and what puts it back.
    Action Keep()
    {
        var (means, spreads, batches, untracked) = (mean?.Clone(), spread.Clone(), Batches, Untracked);
        return () =>
        {
            mean?.Assign(means!);
            spread.Assign(spreads);
            (Batches, Untracked) = (batches, untracked);
        };
    }

    /// <summary>The running variance of a channel.</summary>
    public double Variance(int channel) => Variance(spread.AsSpan()[channel]);

    double Variance(double kept) => added is { } epsilon ? kept * kept - epsilon : kept;

    /// <summary>Writes mean, 0 where none is kept, and variance: [2, C].</summary>
    public void CopyTo(Span<double> statistics)
    {
        int channels = spread.Length;
        var means = mean is null ? default : mean.AsSpan();
        var spreads = spread.AsSpan();
        for (int c = 0; c < channels; c++)
        {
            statistics[c] = mean is null ? 0 : means[c];
            statistics[channels + c] = Variance(spreads[c]);
        }
    }

    /// <summary>Refuses a batch that has one value a channel, where its own statistics are wanted.</summary>
    public static void RefuseSingle(Module layer, Shape shape) => Throw.Argument(
        $"{layer}: expected more than 1 value per channel where a batch's own statistics are used, got input {shape}. " +
        "One value has no variance.", RemedyKind.LargerBatches,
            "Use a larger batch, or leave the last incomplete one out (DataLoader with dropLast: true).");
}
