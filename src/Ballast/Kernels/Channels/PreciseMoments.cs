namespace Ballast.Kernels;

/// <summary>Moments of values so large that the squares of their deviations are no floats, value by value in double. The passes in float
/// tell by a variance that is not finite; where a value is not finite either, neither are these.</summary>
static unsafe class PreciseMoments
{
    /// <summary>The mean and the biased variance of values, or their mean square around 0.</summary>
    /// <param name="x">The first value.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="step">From one to the next.</param>
    /// <param name="centered">Whether deviations are from the mean.</param>
    public static (double Mean, double Variance) Of(float* x, int count, nint step, bool centered = true) =>
        Of(x, 1, 0, count, step, centered);

    /// <summary>The same of values that lie in runs.</summary>
    /// <param name="x">The first value.</param>
    /// <param name="runs">How many runs there are.</param>
    /// <param name="pitch">From one run to the next.</param>
    /// <param name="length">How many values a run has.</param>
    /// <param name="step">From one value of a run to the next.</param>
    /// <param name="centered">Whether deviations are from the mean.</param>
    public static (double Mean, double Variance) Of(float* x, int runs, nint pitch, int length, nint step, bool centered = true)
    {
        double count = (double)runs * length, mean = 0, variance = 0;
        for (int run = 0; run < runs && centered; run++)
        {
            for (int i = 0; i < length; i++)
                mean += x[run * pitch + i * step];
        }

        mean /= count;
        for (int run = 0; run < runs; run++)
        {
            for (int i = 0; i < length; i++)
            {
                double deviation = x[run * pitch + i * step] - mean;
                variance += deviation * deviation;
            }
        }

        return (mean, variance / count);
    }

    /// <summary>Measures again the channels whose variances are no floats.</summary>
    /// <param name="x">The values.</param>
    /// <param name="layout">Where the channels lie.</param>
    /// <param name="statistics">Mean and biased variance: [2, C].</param>
    public static void Mend(float* x, ChannelLayout layout, double* statistics)
    {
        double* variances = statistics + layout.C;
        if (ChannelTables.AreFinite(new ReadOnlySpan<double>(variances, layout.C), 1))
            return;
        for (int c = 0; c < layout.C; c++)
        {
            if (float.IsFinite((float)variances[c]))
                continue;
            (statistics[c], variances[c]) = layout.AreRows
                ? Of(x + c, layout.PerChannel, layout.C)
                : Of(x + (nint)c * layout.L, layout.N, (nint)layout.C * layout.L, layout.L, 1);
        }
    }
}
