using Ballast.Kernels;

namespace Ballast;

public abstract partial class BatchNorm
{
    /// <summary>Takes the statistics of a batch's chunks into the running ones.</summary>
    private protected virtual void Track(ChannelChunks chunks, ReadOnlySpan<double> statistics, double count)
    {
        for (int chunk = 0; chunk < chunks.Count; chunk++)
            Track(statistics.Slice(chunk * 2 * NumFeatures, 2 * NumFeatures), count);
    }

    /// <summary>Takes the mean and biased variance of <paramref name="count"/> values, [2, C], into the running ones; the running
    /// variance is unbiased.</summary>
    internal void Track(ReadOnlySpan<double> statistics, double count) =>
        running!.Track(statistics[..NumFeatures], statistics.Slice(NumFeatures, NumFeatures), count, Momentum);

    /// <summary>The running variance of a channel.</summary>
    private protected double RunningVariance(int channel) => running!.Variance(channel);

    /// <summary>Writes r and d of batch renormalization, [2, C], of a training batch whose statistics are about to be taken into the
    /// running ones.</summary>
    /// <param name="statistics">The batch's mean and biased variance: [2, C].</param>
    /// <param name="room">Where they go.</param>
    /// <returns>What was written; nothing for r 1 and d 0.</returns>
    private protected virtual Span<double> Correct(ReadOnlySpan<double> statistics, Span<double> room) => default;

    /// <summary>Writes the running statistics that each chunk is normalized with.</summary>
    private protected virtual void CopyRunning(ChannelChunks chunks, Span<double> statistics) => CopyRunning(statistics);

    /// <summary>Writes the running mean and variance: [2, C].</summary>
    internal void CopyRunning(Span<double> statistics) => running!.CopyTo(statistics);

    // Joins the statistics of all workers' samples, and says how many values a channel has with all of them.
    double Join(Span<double> statistics, double count, Shape shape)
    {
        double total = SharedStatistics.Join(Communicator!, statistics, NumFeatures, count);
        Throw.Unless(total > 1,
            $"{this}: expected more than 1 value per channel when training, got {total} in the batches of {Communicator!.Size} "
                + $"workers, {shape} in this one's. One value has no variance. Use larger batches.");
        return total;
    }

    // The mean and biased variance of all chunks together: [2, C].
    ReadOnlySpan<double> Joined(ChannelChunks chunks, ReadOnlySpan<double> statistics)
    {
        if (chunks.Count == 1)
            return statistics;
        double[] joined = new double[2 * NumFeatures];
        for (int c = 0; c < NumFeatures; c++)
        {
            for (int chunk = 0; chunk < chunks.Count; chunk++)
                joined[c] += statistics[chunk * 2 * NumFeatures + c] / chunks.Count;
            for (int chunk = 0; chunk < chunks.Count; chunk++)
            {
                double offset = statistics[chunk * 2 * NumFeatures + c] - joined[c];
                joined[NumFeatures + c] += (statistics[(chunk * 2 + 1) * NumFeatures + c] + offset * offset) / chunks.Count;
            }
        }

        return joined;
    }
}

/// <summary>Is shown the statistics that an input is about to be normalized with.</summary>
/// <param name="input">The input.</param>
/// <param name="layout">Where its channels lie.</param>
/// <param name="statistics">Mean and biased variance, or the running ones: [2, C].</param>
/// <param name="ofBatch">Whether they are the input's own.</param>
delegate void BatchNormObserver(Tensor input, ChannelLayout layout, ReadOnlySpan<double> statistics, bool ofBatch);
