using Ballast.Kernels;

namespace Ballast;

sealed partial class NormalizationOperation
{
    /// <summary>The mean and the biased variance of each channel of each chunk: [Count, 2, C], in double.</summary>
    public static void Statistics(Tensor x, ChannelChunks chunks, Span<double> statistics)
    {
        if (x.Length == 0)
        {
            statistics.Clear(); // a worker without samples
            return;
        }

        if (Backend.Current is { } other)
        {
            Measure(other, x, chunks.Count, statistics);
            return;
        }

        if (chunks.Count == 1)
        {
            Statistics(x, chunks.Whole, statistics);
            return;
        }

        var held = new MemoryOrder(chunks.Whole).Hold(x);
        unsafe
        {
            fixed (float* values = held.Span(chunks.Whole.Length))
            fixed (double* to = statistics)
                chunks.Run(new StatisticsWork { Values = values, Each = chunks.Each, Parts = chunks.Parts, To = to });
        }

        held.Release();
    }

    /// <summary>The mean and the biased variance of each channel: [2, C], in double.</summary>
    public static void Statistics(Tensor x, ChannelLayout layout, Span<double> statistics)
    {
        if (Backend.Current is { } other)
        {
            Measure(other, x, 1, statistics);
            return;
        }

        if (x.Recipe is { } deferred && deferred.TryMoments(layout, out var moments))
        {
            moments.CopyTo(statistics);
            return;
        }

        var held = new MemoryOrder(layout).Hold(x);
        Channels.Statistics(held.Span(layout.Length), layout, statistics);
        held.Release();
    }

    // The statistics as a backend computes them.
    static void Measure(Backend backend, Tensor x, int chunks, Span<double> statistics)
    {
        using var off = Tensor.NoGrad();
        backend.Apply("channel_moments", x, ("chunks", chunks)).Read(statistics);
    }

    unsafe struct StatisticsWork : IWork
    {
        public float* Values;
        public ChannelLayout Each;
        public ChannelParts Parts;
        public double* To;

        public readonly void Run(int first, int last)
        {
            for (int chunk = first; chunk < last; chunk++)
                Channels.Statistics(Values + (nint)chunk * Each.Length, Each, Parts, To + (nint)chunk * 2 * Each.C);
        }
    }
}
