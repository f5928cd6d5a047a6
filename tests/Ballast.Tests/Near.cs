namespace Ballast.Tests;

/// <summary>Comparisons of values that rounding may have moved.</summary>
static class Near
{
    /// <summary>Every value within <paramref name="tolerance"/> of what is expected, relative to the largest expected value
    /// or to 1 where that is less.</summary>
    public static void Equal(
        ReadOnlySpan<double> expected, ReadOnlySpan<float> actual, double tolerance, string what = "value")
    {
        Assert.Equal(expected.Length, actual.Length);
        double scale = 1;
        foreach (double value in expected)
            scale = Math.Max(scale, Math.Abs(value));
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance * scale,
                $"{what}: expected {expected[i]:R} at {i}, got {actual[i]:R}; the tolerance is {tolerance * scale:G3}.");
        }
    }

    /// <inheritdoc cref="Equal(ReadOnlySpan{double}, ReadOnlySpan{float}, double, string)"/>
    public static void Equal(
        ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, double tolerance, string what = "value")
    {
        double[] exact = new double[expected.Length];
        for (int i = 0; i < exact.Length; i++)
            exact[i] = expected[i];
        Equal(exact, actual, tolerance, what);
    }
}
