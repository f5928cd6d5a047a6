using System.Globalization;

namespace Ballast.Lab;

/// <summary>Test data on another scale than training's: of another range, standardized when these are not, or standardized by statistics of
/// their own.</summary>
sealed class TestScaleCheck : DoctorCheck
{
    const int FewestRows = 50;
    const double ByteLow = 190, ByteHigh = 340, ColumnRatio = 3.5, ColumnOffset = 1.5, OwnLimit = 0.02;

    public override string Name => "test-scale";

    public override string Reference => "scikit-learn: \"Common pitfalls\", inconsistent preprocessing; torchvision's ToTensor and Normalize";

    public override bool NeedsNorms => false;

    public override string? Missing(Examination examination) => examination.Measured is not { Batches: > 0 } ? NeedsBatches
        : examination.TestData is null ? "It needs test data." : null;

    public override IEnumerable<Finding> Find(Examination examination)
    {
        var (train, test) = (examination.Data!, examination.TestData!);
        double ratio = test.RootMeanSquare / Math.Max(train.RootMeanSquare, 1e-30);
        string ranges = $"the training data are from {Number(train.Least)} to {Number(train.Most)}, "
            + $"the test data from {Number(test.Least)} to {Number(test.Most)}";
        bool positive = train.Least >= 0 && test.Least >= 0;
        string? what = positive && ratio is >= ByteLow and <= ByteHigh ? "are not divided by 255 as the training data are"
            : positive && 1 / ratio is >= ByteLow and <= ByteHigh ? "are divided by 255, and the training data are not"
            : IsCentred(train) && IsRaw(test) ? "are not standardized as the training data are"
            : IsRaw(train) && IsCentred(test) ? "are standardized, and the training data are not" : null;
        if (what is not null)
        {
            yield return Found(Severity.Error, Confidence.Likely, "",
                $"The test data {what}: {ranges}. The network is made for the training data.", Remedy,
                ("ratio", ratio), ("training_least", train.Least), ("training_most", train.Most), ("training_mean", train.Mean),
                ("training_deviation", train.Deviation), ("test_least", test.Least), ("test_most", test.Most), ("test_mean", test.Mean),
                ("test_deviation", test.Deviation), ("accuracy_on_test_data", examination.TestAccuracy?.Accuracy ?? double.NaN));
            yield break;
        }

        if (examination.TrainingSamples is not { IsFloats: true } known || examination.TestSamples is not { IsFloats: true } other
            || known.Shape != other.Shape)
            yield break;
        if (Rescaled(examination.Columns, ColumnTable.Of(other)) is { Count: > 0 } columns)
        {
            string names = List([.. columns.Take(5).Select(entry => $"{known.ColumnName(entry.Column)} (median {Number(entry.Median)} in "
                + $"training and {Number(entry.Other)} in test, spread {Number(entry.Ratio)} times)")], columns.Count);
            yield return Found(Severity.Warning, Confidence.Likely, "",
                $"{(columns.Count == 1 ? "A column has" : "Columns have")} another scale in the test data: {names}.",
                "Give both the same units and the same scaling, with the statistics of the training data.",
                ("columns", columns.Count), ("first_column", columns[0].Column), ("spread_ratio", columns[0].Ratio),
                ("training_median", columns[0].Median), ("test_median", columns[0].Other));
        }
        else if (OwnStatistics(known) is { } one && OwnStatistics(other) is { } two
            && examination.Duplicates!.Shared.Count < other.Indices.Count / 2)
        {
            yield return Found(Severity.Warning, Confidence.Certain, "",
                $"The test data are standardized by statistics of their own: in each {(known.Shape.Rank == 1 ? "column" : "channel")} "
                    + "their mean is 0 and their deviation 1, as exactly as the training data's are. The same value means something "
                    + "else to the network in each.",
                Remedy, ("training_largest_mean", one), ("test_largest_mean", two), ("test_samples", other.Total));
        }
    }

    const string Remedy = "Prepare both alike: the same division, and the mean and deviation of the training data for both "
        + "(Dataset.Standardize with one Standardization).";

    static bool IsCentred(DataVitals data) => data.Least < -0.5 && Math.Abs(data.Mean) < 0.3 && data.Deviation is > 0.25 and < 1.6;

    static bool IsRaw(DataVitals data) => data.Least >= 0 && data.Most is (> 0.5 and <= 1) or (> 50 and <= 255);

    static List<(int Column, double Median, double Other, double Ratio)> Rescaled(ColumnTable? training, ColumnTable? test)
    {
        var found = new List<(int, double, double, double)>();
        if (training is null || test is null || Math.Min(training.Columns[0].Length, test.Columns[0].Length) < FewestRows)
            return found;
        for (int column = 0; column < training.Columns.Length; column++)
        {
            var (low, median, high) = Quartiles(training.Columns[column]);
            var (otherLow, other, otherHigh) = Quartiles(test.Columns[column]);
            double spread = high - low, ratio = (otherHigh - otherLow) / spread;
            if (spread > 0 && otherHigh > otherLow
                && (ratio is > ColumnRatio or < 1 / ColumnRatio || Math.Abs(other - median) > ColumnOffset * Math.Max(spread, otherHigh - otherLow)))
                found.Add((column, median, other, ratio));
        }

        return found;
    }

    static (double Low, double Median, double High) Quartiles(float[] values)
    {
        float[] sorted = [.. values.Order()];
        return (sorted[sorted.Length / 4], sorted[sorted.Length / 2], sorted[sorted.Length * 3 / 4]);
    }

    // The largest mean of a channel where each has mean 0 and deviation 1 far more exactly than by chance; null where not.
    static double? OwnStatistics(ScannedSamples samples)
    {
        int channels = samples.Shape.Rank == 0 ? 1 : samples.Shape[0], size = samples.Shape.Length / channels;
        if (samples.Indices.Count != samples.Total || samples.Total < 8)
            return null;
        double[] sums = new double[channels], squares = new double[channels];
        foreach (int index in samples.Indices)
        {
            var values = samples.Read(index);
            for (int i = 0; i < values.Length; i++)
            {
                sums[i / size] += values[i];
                squares[i / size] += (double)values[i] * values[i];
            }
        }

        double count = (double)samples.Total * size, limit = OwnLimit / Math.Sqrt(samples.Total), largest = 0;
        for (int c = 0; c < channels; c++)
        {
            double mean = sums[c] / count, variance = squares[c] / count - mean * mean, unbiased = variance * count / (count - 1);
            if (!(Math.Abs(mean) < limit) || !(Math.Min(Math.Abs(variance - 1), Math.Abs(unbiased - 1)) < 2 * limit))
                return null;
            largest = Math.Max(largest, Math.Abs(mean));
        }

        return largest;
    }

    static string Number(double value) => value.ToString("G4", CultureInfo.InvariantCulture);
}
