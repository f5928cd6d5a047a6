using System.Runtime.Intrinsics;
using Ballast.Kernels;

namespace Ballast.Tests.Kernels;

/// <summary>Means of few values among many zeros, as a ReLU leaves them, with one of the few in front: the deviation of a zero from it is
/// added again and again, and a sum that grows value by value would round each time the same way.</summary>
public sealed unsafe class SparseStatisticsTests
{
    const int Channels = 43, Samples = 16, Positions = 63, Count = Samples * Positions;

    // Every tenth value of a channel is that channel's own.
    static readonly float[] Drawn = Draw.Floats(Channels, 3, 0.1f, 2);

    static float[] Values(int length, Func<int, int> channel, Func<int, int> place) =>
        [.. Enumerable.Range(0, length).Select(i => place(i) % 10 == 0 ? Drawn[channel(i)] : 0)];

    static readonly float[] Rows = Values(Count * Channels, static i => i % Channels, static i => i / Channels);

    static void Check(ReadOnlySpan<double> statistics, double limit)
    {
        double worst = 0;
        for (int c = 0; c < Channels; c++)
        {
            double expected = Drawn[c] * ((Count + 9) / 10) / Count;
            worst = Math.Max(worst, Math.Abs(statistics[c] / expected - 1));
        }

        Assert.True(worst < limit, $"a mean is {worst:e1} of its size off");
    }

    [Fact]
    public void Channels_that_lie_side_by_side()
    {
        double[] statistics = new double[2 * Channels];
        Ballast.Kernels.Channels.Statistics(Rows, new ChannelLayout(Count, Channels, 1), statistics);
        Check(statistics, 5e-6);
    }

    [Theory]
    [InlineData(Positions)]
    [InlineData(3)]
    public void Channels_of_images(int positions)
    {
        double[] statistics = new double[2 * Channels];
        float[] values = Values(Count * Channels, i => i / positions % Channels, i => i / (Channels * positions) * positions + i % positions);
        Ballast.Kernels.Channels.Statistics(values, new ChannelLayout(Count / positions, Channels, positions), statistics);
        Check(statistics, 5e-6);
    }

    [Fact]
    public void A_convolutions_result()
    {
        double[] statistics = new double[2 * Channels];
        var gathered = new ChannelMoments();
        gathered.Begin(1, Channels);
        fixed (float* values = Rows)
            gathered.Take<Simd128, Vector128<float>>(0, values, Rows.Length);
        gathered.Finish(statistics);
        Check(statistics, 5e-6);
    }

    [Fact]
    public void Single_rows()
    {
        double[] statistics = new double[2 * Channels];
        fixed (float* x = Values(Count * Channels, static i => i / Count, static i => i % Count))
        {
            for (int c = 0; c < Channels; c++)
            {
                var moments = RowMoments.Measure<Simd128, Vector128<float>>(x + c * Count, Count, centered: true, 1e-5);
                statistics[c] = (double)moments.Center + moments.Rest;
            }
        }

        Check(statistics, 5e-6);
    }
}
