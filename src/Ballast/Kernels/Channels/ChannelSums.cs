namespace Ballast.Kernels;

/// <summary>Two sums for each channel, gathered part by part and joined in double in the parts' order.</summary>
sealed unsafe class ChannelSums
{
    float[] sums = [];
    int parts;
    int channels;

    /// <summary>Makes room for this many parts.</summary>
    public void Begin(int partCount, int channelCount)
    {
        (parts, channels) = (partCount, channelCount);
        if (sums.Length < parts * 2 * channels)
            sums = GC.AllocateUninitializedArray<float>(parts * 2 * channels);
    }

    /// <summary>Keeps a register of channels of one part.</summary>
    public void Store<S, V>(int part, int channel, V first, V second)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        fixed (float* to = &sums[part * 2 * channels + channel])
        {
            S.Store(to, first);
            S.Store(to + channels, second);
        }
    }

    /// <summary>Both sums of each channel: [2, C].</summary>
    public void Finish(Span<double> totals)
    {
        totals = totals[..(2 * channels)];
        totals.Clear();
        for (int part = 0; part < parts; part++)
        {
            var row = sums.AsSpan(part * 2 * channels, 2 * channels);
            for (int i = 0; i < row.Length; i++)
                totals[i] += row[i];
        }
    }
}
