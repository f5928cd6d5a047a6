using Ballast.Kernels;

namespace Ballast;

// A batch that lies with several workers.
public abstract partial class BatchNorm
{
    /// <summary>The workers whose samples share their statistics in training; null for the batch alone.</summary>
    public ICommunicator? Communicator { get; internal set; }

    /// <summary>Whether the statistics of this batch are those of all workers' samples.</summary>
    private protected bool SharesStatistics => Communicator is { Size: > 1 }
        && Training && !StatisticsFrozen && !SharedStatistics.IsRehearsal && Observation.Of(this) is null;

    // Each worker's part of a batch may have a single value of a channel, or none.
    bool MayHaveSingleValues => Communicator is not null && (SharesStatistics || SharedStatistics.IsRehearsal);

    Tensor ForwardAmongWorkers(Tensor input)
    {
        var layout = Layout(input, ofBatch: true);
        using var statistics = new BatchMoments(stackalloc double[BatchMoments.Room], NumFeatures);
        double count = Measure(input, layout, statistics.Values);
        if (RunningMean is not null)
            Track(statistics.Values, count);
        var plan = Plan(new ChannelChunks(layout, 1), statistics.Values, ofBatch: true);
        return Normalize(input, plan with { Communicator = Communicator, Count = count });
    }

    /// <summary>The mean and biased variance of the batch, or of all workers' batches: [2, C].</summary>
    /// <returns>How many values of a channel they are of.</returns>
    private protected double Measure(Tensor input, ChannelLayout layout, Span<double> statistics)
    {
        NormalizationOperation.Statistics(input, new ChannelChunks(layout, 1), statistics);
        if (!SharesStatistics)
            return layout.PerChannel;
        double total = SharedStatistics.Join(Communicator!, statistics, NumFeatures, layout.PerChannel);
        Throw.Unless(total > 1,
            $"{this}: expected more than 1 value per channel when training, got {total} in the batches of {Communicator!.Size} "
                + $"workers, {input.Shape} in this one's. One value has no variance. Use larger batches.");
        return total;
    }
}
