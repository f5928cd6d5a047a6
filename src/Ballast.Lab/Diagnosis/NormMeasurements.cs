using System.Runtime.InteropServices;

namespace Ballast.Lab;

/// <summary>The batches that one batch normalization was given in training mode.</summary>
sealed class NormMeasurements(string name, BatchNorm norm)
{
    const int Kept = 512;       // batches whose means are kept: what comes later is summed up only
    const int Examined = 8;     // batches whose rows are compared
    readonly double[] meanSum = new double[norm.NumFeatures], varianceSum = new double[norm.NumFeatures];
    readonly double[] meanSquares = new double[norm.NumFeatures];
    readonly List<double[]> means = [];

    public string Name => name;

    public BatchNorm Norm => norm;

    /// <summary>How many batches with finite statistics there were.</summary>
    public int Count { get; private set; }

    /// <summary>How many had statistics that are not finite.</summary>
    public int NonFinite { get; private set; }

    /// <summary>How many moved running statistics while no gradients were recorded.</summary>
    public int WithoutGradients { get; private set; }

    /// <summary>The values of a channel in a batch, as most batches have it.</summary>
    public int Values { get; private set; }

    /// <summary>How many rows were compared: samples, or positions of [N, C, L].</summary>
    public long Rows { get; private set; }

    /// <summary>How many of them were equal to others of their batch.</summary>
    public long EqualRows { get; private set; }

    /// <summary>How many of them were zeros.</summary>
    public long ZeroRows { get; private set; }

    /// <summary>The means of the batches, each [C].</summary>
    public IReadOnlyList<double[]> Means => means;

    /// <summary>The mean of the batches' means of a channel.</summary>
    public double Mean(int channel) => meanSum[channel] / Count;

    /// <summary>The mean of the batches' variances of a channel, which divide by the number of values.</summary>
    public double Variance(int channel) => varianceSum[channel] / Count;

    /// <summary>The variance of all values of a channel: within batches, and of the batches' means.</summary>
    public double TotalVariance(int channel) =>
        Variance(channel) + Math.Max(0, meanSquares[channel] / Count - Mean(channel) * Mean(channel));

    /// <summary>How far the running statistics are from the batches': the root mean square over channels of the distance of the means
    /// in standard deviations, and the geometric mean of running over batch variance.</summary>
    public (double Distance, double VarianceRatio) Staleness(ReadOnlySpan<float> runningMean, ReadOnlySpan<float> runningVar)
    {
        double squares = 0, logarithms = 0;
        for (int c = 0; c < norm.NumFeatures; c++)
        {
            double variance = Variance(c) + norm.Eps, offset = runningMean[c] - Mean(c);
            squares += offset * offset / variance;
            logarithms += Math.Log((runningVar[c] + norm.Eps) / variance);
        }

        return (Math.Sqrt(squares / norm.NumFeatures), Math.Exp(logarithms / norm.NumFeatures));
    }

    public void Take(BatchNormPass pass)
    {
        if (!pass.IsOfBatch)
            return;
        if (!pass.RecordsGradients)
        {
            if (pass.Layer is { Training: true, RunningMean: not null })
                WithoutGradients++;
            return;
        }

        if (!AreFinite(pass.Mean) || !AreFinite(pass.Variance))
        {
            NonFinite++;
            return;
        }

        for (int c = 0; c < meanSum.Length; c++)
        {
            double mean = pass.Mean[c];
            meanSum[c] += mean;
            meanSquares[c] += mean * mean;
            varianceSum[c] += pass.Variance[c];
        }

        Values = Math.Max(Values, pass.Count);
        if (Count < Kept)
            means.Add(pass.Mean.ToArray());
        if (Count++ < Examined)
            CompareRows(pass.Input);
    }

    static bool AreFinite(ReadOnlySpan<double> values)
    {
        foreach (double value in values)
        {
            if (!double.IsFinite(value))
                return false;
        }

        return true;
    }

    // A row is a sample; of [N, C, L] it is what the channels have at one position. Images are told apart by three channels.
    void CompareRows(ObservedValues input)
    {
        var shape = input.Shape;
        bool images = shape.Rank > 3;
        int positions = shape.Rank == 3 ? shape[2] : 1, rows = shape[0] * positions;
        if (rows < 4)
            return;
        int channels = images ? Math.Min(3, shape[1]) : shape[1], length = input.ChannelLength, each = length / shape[0];
        float[] values = System.Buffers.ArrayPool<float>.Shared.Rent(channels * length);
        for (int c = 0; c < channels; c++)
            input.CopyChannel(images ? c * (shape[1] - 1) / Math.Max(1, channels - 1) : c, values.AsSpan(c * length, length));

        var counts = new Dictionary<ulong, int>();
        for (int row = 0; row < rows; row++)
        {
            ulong hash = 14695981039346656037;
            bool zero = true;
            for (int c = 0; c < channels; c++)
            {
                int start = c * length + (images ? row * each : row), count = images ? each : 1;
                foreach (float value in values.AsSpan(start, count))
                {
                    zero &= value == 0;
                    hash = (hash ^ BitConverter.SingleToUInt32Bits(value)) * 1099511628211;
                }
            }

            ZeroRows += zero ? 1 : 0;
            CollectionsMarshal.GetValueRefOrAddDefault(counts, hash, out _)++;
        }

        Rows += rows;
        int most = counts.Values.Max();
        EqualRows += most > 1 ? most : 0;
        System.Buffers.ArrayPool<float>.Shared.Return(values);
    }
}
