using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>Mean and variance of a whole, joined from those of its parts in their order and in double, so that nothing cancels. Chan,
/// Golub &amp; LeVeque 1979.</summary>
static class JoinedMoments
{
    /// <summary>The share of a part in the sum of all values.</summary>
    /// <param name="count">How many values the part has.</param>
    /// <param name="pivot">What its deviations are from: its mean, or a value near it.</param>
    /// <param name="sum">The sum of its deviations: 0 around its mean.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Total(double count, double pivot, double sum) => count * pivot + sum;

    /// <summary>The share of a part in the sum of all squared deviations from the mean of the whole.</summary>
    /// <param name="count">How many values the part has.</param>
    /// <param name="pivot">What its deviations are from.</param>
    /// <param name="sum">The sum of its deviations.</param>
    /// <param name="squares">The sum of their squares.</param>
    /// <param name="mean">The mean of the whole.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Squares(double count, double pivot, double sum, double squares, double mean)
    {
        double offset = pivot - mean;
        return squares + 2 * offset * sum + count * offset * offset;
    }

    /// <summary>The mean and the biased variance of parts whose own are known: the mean of the variances and the variance of the means,
    /// each part weighted by its values.</summary>
    /// <param name="means">The mean of each part.</param>
    /// <param name="variances">The biased variance of each part.</param>
    /// <param name="stride">From one part to the next in all spans.</param>
    /// <param name="counts">How many values each part has; empty where all have equally many.</param>
    public static (double Mean, double Variance) Of(
        ReadOnlySpan<double> means, ReadOnlySpan<double> variances, int stride = 1, ReadOnlySpan<double> counts = default)
    {
        double total = 0, mean = 0, variance = 0;
        for (int i = 0; i < means.Length; i += stride)
        {
            double count = counts.IsEmpty ? 1 : counts[i];
            total += count;
            mean += count * means[i];
        }

        mean /= total;
        for (int i = 0; i < means.Length; i += stride)
        {
            double offset = means[i] - mean;
            variance += (counts.IsEmpty ? 1 : counts[i]) * (variances[i] + offset * offset);
        }

        return (mean, variance / total);
    }
}
