using System.Globalization;

namespace Ballast.Tests.Plain;

/// <summary>Values of the default backend against those of the plain one.</summary>
static class Comparison
{
    /// <summary>What differs by more than the plain numbers allow; null where nothing does.</summary>
    public static string? Difference(string what, Number[] expected, ReadOnlySpan<float> actual)
    {
        if (expected.Length != actual.Length)
            return $"{what}: expected {expected.Length} values, got {actual.Length}";
        int worst = -1;
        double most = 1;
        for (int i = 0; i < expected.Length; i++)
        {
            double difference = Math.Abs(expected[i].Value - actual[i]);
            if (double.IsNaN(expected[i].Value) && float.IsNaN(actual[i]))
                continue;
            if (difference <= most * expected[i].Tolerance || expected[i].Value == actual[i])
                continue;
            worst = i;
            most = difference / expected[i].Tolerance;
            if (!(most > 0))
                break;
        }

        return worst < 0 ? null : string.Create(CultureInfo.InvariantCulture,
            $"{what}: expected {expected[worst].Value:R} within {expected[worst].Tolerance:G3} at {worst}, got {actual[worst]:R}, {most:F1} times as far");
    }

    /// <summary>Whether a bound says anything: it is a small share of the largest value.</summary>
    public static bool IsTelling(Number[] expected)
    {
        double largest = 0, error = 0;
        foreach (var number in expected)
            (largest, error) = (Math.Max(largest, Math.Abs(number.Value)), Math.Max(error, number.Tolerance));
        return error <= 1e-2 * largest;
    }
}
