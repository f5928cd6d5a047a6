namespace Ballast;

/// <summary>TensorFlow's histogram of values: limits 1e-12, times 1.1 each up to 1e20, and their negatives.</summary>
static class EventHistogram
{
    static readonly double[] Limits = MakeLimits();

    /// <summary>The message <c>HistogramProto</c>. Values that are not finite are left out of everything but the outer buckets, which count
    /// infinities; NaN counts nowhere.</summary>
    public static EventMessage Of(ReadOnlySpan<float> values)
    {
        var counts = new double[Limits.Length];
        double least = double.PositiveInfinity, most = double.NegativeInfinity, sum = 0, squares = 0;
        long number = 0;
        foreach (float value in values)
        {
            if (float.IsNaN(value))
                continue;
            // The first limit above the value.
            int at = Array.BinarySearch(Limits, value);
            counts[Math.Min(at >= 0 ? at + 1 : ~at, Limits.Length - 1)]++;
            number++;
            if (!float.IsFinite(value))
                continue;
            (least, most) = (Math.Min(least, value), Math.Max(most, value));
            sum += value;
            squares += (double)value * value;
        }

        int first = Array.FindIndex(counts, static count => count > 0), last = Array.FindLastIndex(counts, static count => count > 0);
        // One empty bucket before the first says where it begins.
        first = Math.Max(0, first - 1);
        double[] limits = number == 0 ? [0] : Limits[first..(last + 1)];
        double[] buckets = number == 0 ? [0] : counts[first..(last + 1)];
        return new EventMessage().Real(1, least <= most ? least : 0).Real(2, least <= most ? most : 0).Real(3, number)
            .Real(4, sum).Real(5, squares).Reals(6, limits).Reals(7, buckets);
    }

    static double[] MakeLimits()
    {
        var positive = new List<double>();
        for (double limit = 1e-12; limit < 1e20; limit *= 1.1)
            positive.Add(limit);
        positive.Add(double.MaxValue);
        return [.. positive.Select(static limit => -limit).Reverse(), 0, .. positive];
    }
}
