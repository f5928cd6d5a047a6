using Ballast.Kernels;

namespace Ballast;

/// <summary>Batch normalization of parts of a batch, each with statistics of its own: the virtual batches of
/// <see cref="GhostBatchNorm"/>, the sources of <see cref="SplitBatchNorm"/>.</summary>
static class VirtualBatches
{
    /// <summary>Normalizes each part.</summary>
    /// <param name="norm">The layer.</param>
    /// <param name="input">[N, C, ...].</param>
    /// <param name="chunks">The parts.</param>
    /// <param name="ofBatch">Whether the statistics are those of the parts; otherwise they are the running ones.</param>
    /// <param name="owners">Whose running statistics a part goes with: one for each part, or one for all, which takes them in their
    /// order.</param>
    /// <param name="pairs">gamma and beta of each part; null for those of the layer.</param>
    /// <param name="moves">Whether the running statistics move.</param>
    public static Tensor Forward(
        BatchNorm norm, Tensor input, ChannelChunks chunks, bool ofBatch, BatchNorm[] owners, AffinePair[]? pairs, bool moves)
    {
        using var memory = new BatchMoments(stackalloc double[BatchMoments.Room], chunks.Channels);
        var statistics = memory.Values;
        if (ofBatch)
            NormalizationOperation.Statistics(input, chunks, statistics);
        var observer = Observation.Of(norm);
        observer?.Observe(Joined(chunks, statistics), chunks.Whole.PerChannel);
        for (int chunk = 0; chunk < chunks.Count; chunk++)
        {
            var own = statistics.Slice(chunk * 2 * norm.NumFeatures, 2 * norm.NumFeatures);
            var owner = owners[chunk % owners.Length];
            if (!ofBatch)
                owner.CopyRunning(own);
            else if (moves && observer is null)
                owner.Track(own, chunks.Each.PerChannel);
        }

        return norm.Normalize(input, norm.Plan(chunks, statistics, ofBatch) with { Pairs = pairs });
    }

    /// <summary>The mean and biased variance of all parts together: [2, C].</summary>
    /// <param name="chunks">The parts.</param>
    /// <param name="statistics">Those of each: [Count, 2, C].</param>
    public static ReadOnlySpan<double> Joined(ChannelChunks chunks, ReadOnlySpan<double> statistics)
    {
        if (chunks.Count == 1)
            return statistics;
        int channels = chunks.Whole.C;
        double[] joined = new double[2 * channels];
        for (int c = 0; c < channels; c++)
            (joined[c], joined[channels + c]) = JoinedMoments.Of(statistics[c..^channels], statistics[(channels + c)..], 2 * channels);
        return joined;
    }
}
