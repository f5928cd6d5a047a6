using System.Globalization;

namespace Ballast.Lab;

/// <summary>The distribution of values at one place of a network: a histogram of those between the quantiles 0.5 and 99.5 %.</summary>
/// <param name="Mean">The mean of all finite values.</param>
/// <param name="Deviation">Their standard deviation.</param>
/// <param name="Low">The quantile 0.5 %, where the histogram begins.</param>
/// <param name="High">The quantile 99.5 %, where it ends.</param>
/// <param name="Counts">How many values are in each of its parts of equal width.</param>
public sealed record ValueSpread(double Mean, double Deviation, double Low, double High, IReadOnlyList<int> Counts)
{
    const int Parts = 40;
    const double Tail = 0.005;

    /// <summary>Measures values, which are sorted; null where none is finite.</summary>
    public static ValueSpread? Of(Span<float> values)
    {
        values.Sort(); // NaN comes first
        int first = 0, end = values.Length;
        while (first < end && !float.IsFinite(values[first]))
            first++;
        while (end > first && !float.IsFinite(values[end - 1]))
            end--;
        values = values[first..end];
        if (values.Length == 0)
            return null;
        double sum = 0, squares = 0;
        foreach (float value in values)
            sum += value;
        double mean = sum / values.Length;
        foreach (float value in values)
            squares += (value - mean) * (value - mean);
        double low = values[(int)(Tail * (values.Length - 1))], high = values[(int)Math.Ceiling((1 - Tail) * (values.Length - 1))];
        int[] counts = new int[high > low ? Parts : 1];
        foreach (float value in values)
        {
            if (value >= low && value <= high)
                counts[high > low ? Math.Min(Parts - 1, (int)((value - low) / (high - low) * Parts)) : 0]++;
        }

        return new ValueSpread(Short(mean), Short(Math.Sqrt(squares / values.Length)), Short(low), Short(high), counts);
    }

    // Six digits are more than a picture shows.
    static double Short(double value) => double.Parse(value.ToString("G6", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
