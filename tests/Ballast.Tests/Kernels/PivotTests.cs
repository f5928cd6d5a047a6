using System.Runtime.Intrinsics;
using Ballast.Kernels;

namespace Ballast.Tests.Kernels;

/// <summary>Deviations are taken from a value that is no outlier: where the first of many zeros is none, the mean is what it is in double.</summary>
public unsafe class PivotTests
{
    const int Channels = 43, Count = 13;

    // [Count, Channels]: zeros with one row of others among them, or [Channels, Count] with one column of others.
    static float[] Values(int outliers, bool areRows)
    {
        float[] x = new float[Count * Channels], drawn = Draw.Floats(Channels, 3, 0.1f, 2);
        for (int c = 0; c < Channels; c++)
            x[areRows ? outliers * Channels + c : c * Count + outliers] = drawn[c];
        return x;
    }

    static void Check(ReadOnlySpan<double> means, string what)
    {
        float[] drawn = Draw.Floats(Channels, 3, 0.1f, 2);
        for (int c = 0; c < Channels; c++)
        {
            double expected = drawn[c] / (double)Count;
            Assert.True(Math.Abs(means[c] - expected) < 1e-10 * expected, $"{what}: the mean of channel {c} is {means[c]}, expected {expected}");
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(12)]
    public void A_mean_of_one_value_among_zeros_loses_nothing(int place)
    {
        double[] statistics = new double[2 * Channels];
        Ballast.Kernels.Channels.Statistics(Values(place, areRows: true), new ChannelLayout(Count, Channels, 1), statistics);
        Check(statistics, "rows");
        Ballast.Kernels.Channels.Statistics(Values(place, areRows: false), new ChannelLayout(1, Channels, Count), statistics);
        Check(statistics, "images");
        fixed (float* x = Values(place, areRows: false))
        {
            for (int c = 0; c < Channels; c++)
            {
                var moments = RowMoments.Measure<Simd128, Vector128<float>>(x + c * Count, Count, centered: true, 1e-5);
                statistics[c] = (double)moments.Center + moments.Rest;
            }
        }

        Check(statistics, "single rows");
        var gathered = new ChannelMoments();
        gathered.Begin(1, Channels);
        fixed (float* x = Values(place, areRows: true))
            gathered.Take<Simd128, Vector128<float>>(0, x, Count * Channels);
        gathered.Finish(statistics);
        Check(statistics, "a convolution's result");
    }
}
