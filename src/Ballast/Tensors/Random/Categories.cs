using System.Numerics;

namespace Ballast;

/// <summary>Categories by the place of a uniform value among the sums of their weights, as <c>torch.multinomial</c> draws with replacement on a
/// CPU, in the precision of the weights.</summary>
static class Categories
{
    /// <summary>The sums of the weights up to each category, as shares of all.</summary>
    public static void Accumulate<T>(ReadOnlySpan<T> weights, Span<T> sums)
        where T : IFloatingPoint<T>
    {
        T sum = T.Zero;
        for (int i = 0; i < sums.Length; i++)
            sums[i] = sum += weights[i];
        for (int i = 0; i < sums.Length; i++)
            sums[i] /= sum;
        sums[^1] = T.One;
    }

    /// <summary>The first category whose sum is not below a value of [0, 1).</summary>
    public static int Find<T>(ReadOnlySpan<T> sums, double value)
        where T : IFloatingPoint<T>
    {
        int low = 0, high = sums.Length;
        while (low < high)
        {
            int middle = low + (high - low) / 2;
            if (double.CreateTruncating(sums[middle]) < value)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}
