namespace Ballast.Kernels;

/// <summary>The mean and the variance of parts of one size as a whole.</summary>
static class TotalVariance
{
    /// <summary>The mean of the means, and with the law of total variance the mean of the variances and the variance of the
    /// means. All variances are biased.</summary>
    /// <param name="means">The mean of each part.</param>
    /// <param name="variances">The variance of each part.</param>
    /// <param name="stride">From one part to the next in both.</param>
    public static (double Mean, double Variance) Of(ReadOnlySpan<double> means, ReadOnlySpan<double> variances, int stride = 1)
    {
        double mean = 0, variance = 0;
        int count = (means.Length - 1) / stride + 1;
        for (int i = 0; i < means.Length; i += stride)
            mean += means[i];
        mean /= count;
        for (int i = 0; i < means.Length; i += stride)
            variance += variances[i] + (means[i] - mean) * (means[i] - mean);
        return (mean, variance / count);
    }
}
