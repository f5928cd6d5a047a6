using Ballast.Kernels;

namespace Ballast;

/// <summary>The statistics of one batch that lies with several workers.</summary>
static class SharedStatistics
{
    [ThreadStatic] static bool isRehearsal;

    /// <summary>Whether a network is tried on this thread: no worker waits for the others then.</summary>
    public static bool IsRehearsal
    {
        get => isRehearsal;
        set => isRehearsal = value;
    }

    /// <summary>Joins every worker's mean and biased variance of each channel, weighted by how many values it has. Each worker fills
    /// a row of its own, so that one sum brings all rows to all; they are joined in the workers' order.</summary>
    /// <param name="communicator">The workers.</param>
    /// <param name="statistics">This worker's, [2, C]; becomes that of all.</param>
    /// <param name="channels">C.</param>
    /// <param name="count">How many values a channel has here; 0 where this worker has no samples.</param>
    /// <returns>How many values a channel has with all workers.</returns>
    public static double Join(ICommunicator communicator, Span<double> statistics, int channels, double count)
    {
        int width = 1 + 2 * channels, length = communicator.Size * width;
        double[] rented = System.Buffers.ArrayPool<double>.Shared.Rent(length);
        var rows = rented.AsSpan(0, length);
        rows.Clear();
        if (count > 0)
        {
            var mine = rows.Slice(communicator.Rank * width, width);
            mine[0] = count;
            statistics[..(2 * channels)].CopyTo(mine[1..]);
        }

        communicator.AllReduceSum(rows);
        double total = 0;
        for (int worker = 0; worker < communicator.Size; worker++)
            total += rows[worker * width];
        for (int c = 0; c < channels && total > 0; c++)
        {
            (statistics[c], statistics[channels + c]) =
                JoinedMoments.Of(rows[(1 + c)..], rows[(1 + channels + c)..], width, rows);
        }

        System.Buffers.ArrayPool<double>.Shared.Return(rented);
        return total;
    }
}
