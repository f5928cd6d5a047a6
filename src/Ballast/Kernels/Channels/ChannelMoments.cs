using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>Mean and variance of each channel, gathered part by part by the kernel that writes the values, while they are in a near cache.
/// Each part sums deviations from a value of its own, so that nothing cancels; the parts are joined in double in their order
/// (<see cref="JoinedMoments"/>).</summary>
sealed unsafe class ChannelMoments
{
    float[] sums = [];
    int[] counts = [];
    int channels;
    int parts;

    /// <summary>Makes room for this many parts.</summary>
    public void Begin(int partCount, int channelCount)
    {
        (parts, channels) = (partCount, channelCount);
        if (counts.Length < parts)
            counts = new int[parts];
        if (sums.Length < parts * 3 * channels)
            sums = GC.AllocateUninitializedArray<float>(parts * 3 * channels);
    }

    /// <summary>Tells how many values of a channel a part has.</summary>
    public void Count(int part, int count) => counts[part] = count;

    /// <summary>Keeps a register of channels of one part, perhaps the last ones, which may be fewer than its lanes: the pivot, the sum of the
    /// deviations from it, and of their squares.</summary>
    public void Store<S, V>(int part, int channel, V pivot, V sum, V squares)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        fixed (float* to = &sums[part * 3 * channels + channel])
        {
            if (channel + S.Width <= channels)
                Store<AllLanes, S, V>(to, default, pivot, sum, squares);
            else
                Store<SomeLanes, S, V>(to, S.First(channels - channel), pivot, sum, squares);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void Store<L, S, V>(float* to, V mask, V pivot, V sum, V squares)
        where L : struct, ILanes
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        L.Store<S, V>(to, mask, pivot);
        L.Store<S, V>(to + channels, mask, sum);
        L.Store<S, V>(to + 2 * channels, mask, squares);
    }

    /// <summary>Sums up one part's values, written a moment ago.</summary>
    /// <param name="part">Which part.</param>
    /// <param name="values">[..., C].</param>
    /// <param name="length">How many values there are, of all channels.</param>
    public void Take<S, V>(int part, float* values, int length)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        int count = length / channels;
        counts[part] = count;
        Simd.Columns<S, V, PartColumns>(new PartColumns { Moments = this, Part = part, Values = values, Count = count }, 0, channels);
    }

    // The sums of one part.
    struct PartColumns : IColumns
    {
        public ChannelMoments Moments;
        public float* Values;
        public int Part, Count;

        // Rows whose sums are rounded on their own before they are added to those of the rows above.
        const int Rows = 32;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<S, V, L>(int first, int last, int done)
            where S : struct, ISimd<V>
            where V : unmanaged
            where L : struct, ILanes
        {
            nint channels = Moments.channels;
            for (int c = first; c < last; c += S.Width)
            {
                float* value = Values + c;
                V pivot = S.Load(value), sum = S.Broadcast(0), squares = sum;
                for (int from = 0; from < Count; from += Rows)
                {
                    V sum1 = S.Broadcast(0), squares1 = sum1, sum2 = sum1, squares2 = sum1;
                    int rows = Math.Min(Rows, Count - from), i = 0;
                    for (; i <= rows - 2; i += 2, value += 2 * channels)
                    {
                        V deviation = S.Subtract(S.Load(value), pivot), deviation2 = S.Subtract(S.Load(value + channels), pivot);
                        sum1 = S.Add(sum1, deviation);
                        squares1 = S.Fma(deviation, deviation, squares1);
                        sum2 = S.Add(sum2, deviation2);
                        squares2 = S.Fma(deviation2, deviation2, squares2);
                    }

                    if (i < rows)
                    {
                        V deviation = S.Subtract(S.Load(value), pivot);
                        sum1 = S.Add(sum1, deviation);
                        squares1 = S.Fma(deviation, deviation, squares1);
                    }

                    sum = S.Add(sum, S.Add(sum1, sum2));
                    squares = S.Add(squares, S.Add(squares1, squares2));
                }

                Moments.Store<S, V>(Part, c, pivot, sum, squares);
            }
        }
    }

    /// <summary>The mean and the biased variance of each channel: [2, C].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Finish(Span<double> statistics)
    {
        long total = 0;
        for (int part = 0; part < parts; part++)
            total += counts[part];
        var means = statistics[..channels];
        var variances = statistics.Slice(channels, channels);
        means.Clear();
        variances.Clear();
        for (int part = 0; part < parts; part++)
        {
            var pivot = sums.AsSpan(part * 3 * channels, channels);
            var sum = sums.AsSpan(part * 3 * channels + channels, channels);
            for (int c = 0; c < channels; c++)
                means[c] += JoinedMoments.Total(counts[part], pivot[c], sum[c]);
        }

        for (int c = 0; c < channels; c++)
            means[c] /= total;
        for (int part = 0; part < parts; part++)
        {
            var pivot = sums.AsSpan(part * 3 * channels, channels);
            var sum = sums.AsSpan(part * 3 * channels + channels, channels);
            var squares = sums.AsSpan(part * 3 * channels + 2 * channels, channels);
            double count = counts[part];
            for (int c = 0; c < channels; c++)
                variances[c] += JoinedMoments.Squares(count, pivot[c], sum[c], squares[c], means[c]);
        }

        for (int c = 0; c < channels; c++)
            variances[c] = Math.Max(0, variances[c] / total);
    }
}
