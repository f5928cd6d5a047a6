namespace Ballast;

/// <summary>Mean and variance of the channels of a dataset.</summary>
static class ChannelStatistics
{
    /// <summary>Of bytes, each standing for byte / 255: exact but for the last rounding, for the sums are whole numbers.
    /// </summary>
    public static (double Mean, double Variance)[] OfBytes(ByteDataset dataset)
    {
        int channels = dataset.SampleShape[0], length = dataset.SampleShape.Length / channels;
        var sums = new (long Sum, long Squares)[channels];
        for (int i = 0; i < dataset.Count; i++)
        {
            var sample = dataset.Bytes(i);
            for (int c = 0; c < channels; c++)
            {
                long sum = 0, squares = 0;
                foreach (byte value in sample.Slice(c * length, length))
                {
                    sum += value;
                    squares += value * value;
                }

                sums[c].Sum += sum;
                sums[c].Squares += squares;
            }
        }

        Int128 count = (Int128)dataset.Count * length;
        return Array.ConvertAll(sums, pair => (
            pair.Sum / (double)count / 255,
            (double)(count * pair.Squares - (Int128)pair.Sum * pair.Sum) / ((double)count * (double)count) / (255.0 * 255)));
    }

    /// <summary>Of floats, in two passes: the mean, and the squares of what is above and below it.</summary>
    public static (double Mean, double Variance)[] OfFloats(Dataset dataset)
    {
        int channels = dataset.SampleShape[0], length = dataset.SampleShape.Length / channels;
        double count = (double)dataset.Count * length;
        var means = Sums(dataset, new double[channels], static (value, _) => value);
        for (int c = 0; c < channels; c++)
            means[c] /= count;
        var squares = Sums(dataset, means, static (value, mean) => (value - mean) * (value - mean));
        return [.. means.Zip(squares, (mean, sum) => (mean, sum / count))];
    }

    static double[] Sums(Dataset dataset, double[] means, Func<double, double, double> term)
    {
        int length = dataset.SampleShape.Length / means.Length;
        double[] sums = new double[means.Length];
        float[] sample = new float[dataset.SampleShape.Length];
        for (int i = 0; i < dataset.Count; i++)
        {
            dataset.Read(i, sample);
            for (int k = 0; k < sample.Length; k++)
                sums[k / length] += term(sample[k], means[k / length]);
        }

        return sums;
    }
}
