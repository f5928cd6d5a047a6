using System.Runtime.CompilerServices;
using Ballast.Kernels;

namespace Ballast;

/// <summary>Brings each channel of samples [C, ...] to a common scale: (x - mean) / std. Made of what is trained on, and applied to
/// all that the network sees. torchvision: <c>transforms.Normalize</c>.</summary>
public sealed class Standardization
{
    /// <summary>Makes a standardization of given numbers.</summary>
    /// <param name="mean">What is subtracted from each channel. PyTorch: <c>mean</c>.</param>
    /// <param name="std">What each channel is divided by. PyTorch: <c>std</c>.</param>
    /// <exception cref="ArgumentException">Another number of values, one that is not finite, or a std that is not above 0.
    /// </exception>
    [OverloadResolutionPriority(1)]
    public Standardization(IReadOnlyList<float> mean, IReadOnlyList<float> std)
    {
        Throw.Unless(mean.Count == std.Count && mean.Count > 0,
            $"Standardization: expected a mean and a std for each channel, got {mean.Count} and {std.Count}.");
        for (int c = 0; c < std.Count; c++)
        {
            Throw.Unless(float.IsFinite(mean[c]) && float.IsFinite(std[c]) && std[c] > 0,
                $"Standardization: expected finite means and stds above 0, got mean {mean[c]} and std {std[c]} "
                    + $"for channel {c}. A channel that is the same everywhere cannot be standardized: leave it out.");
        }

        Mean = [.. mean];
        Std = [.. std];
    }

    /// <summary>Makes a standardization of given numbers of type double, each rounded to float32.</summary>
    /// <param name="mean">What is subtracted from each channel.</param>
    /// <param name="std">What each channel is divided by.</param>
    /// <exception cref="ArgumentException">Another number of values, one that is not finite, or a std that is not above 0.
    /// </exception>
    public Standardization(IReadOnlyList<double> mean, IReadOnlyList<double> std)
        : this(Tensor.Rounded([.. mean]), Tensor.Rounded([.. std]))
    {
    }

    /// <summary>What is subtracted from each channel.</summary>
    public IReadOnlyList<float> Mean { get; }

    /// <summary>What each channel is divided by.</summary>
    public IReadOnlyList<float> Std { get; }

    /// <summary>The mean and the standard deviation of each channel of a dataset's samples, over all samples and positions;
    /// the deviation divides by their number. Of a <see cref="SeriesDataset"/>: of each column of the series, over the rows that its windows
    /// reach, each once; a column that is neither input nor target has 0 and 1.</summary>
    /// <exception cref="ArgumentException">A channel that is the same everywhere, or samples without channels.</exception>
    public static Standardization Of(Dataset dataset)
    {
        Throw.Unless(dataset.Count > 0 && dataset.SampleShape.Rank > 0,
            $"Standardization: expected samples [C, ...], got {dataset.Count} samples {dataset.SampleShape}.");
        if (dataset is SeriesDataset series)
            return series.Statistics();
        int channels = dataset.SampleShape[0];
        var sums = dataset is ByteDataset { Standardization: null } images ? ChannelStatistics.OfBytes(images) : ChannelStatistics.OfFloats(dataset);
        return new Standardization(
            [.. Enumerable.Range(0, channels).Select(c => (float)sums[c].Mean)],
            [.. Enumerable.Range(0, channels).Select(c => (float)Math.Sqrt(sums[c].Variance))]);
    }

    /// <summary>Refuses samples of other channels.</summary>
    internal void Check(Shape sample) =>
        Throw.Unless(sample.Rank > 0 && sample[0] == Mean.Count,
            $"Standardization: the samples {sample} need a mean and a std for each of {(sample.Rank > 0 ? sample[0] : 1)} "
                + $"channels, got {Mean.Count}.");

    /// <summary>Standardizes a sample in place.</summary>
    internal void Apply(Span<float> sample)
    {
        int length = sample.Length / Mean.Count;
        for (int c = 0; c < Mean.Count; c++)
            PixelStandardization.Run(sample.Slice(c * length, length), Mean[c], Std[c]);
    }

    /// <summary>A batch [N, C, ...] that is not a dataset's, standardized: what a network that was trained on a standardized
    /// dataset is given.</summary>
    /// <exception cref="ArgumentException">Another number of channels.</exception>
    public Tensor Apply(Tensor batch)
    {
        Throw.Unless(batch.Shape.Rank > 1 && batch.Shape[1] == Mean.Count,
            $"Standardization: expected a batch [N, {Mean.Count}, ...], got {batch.Shape}.");
        var result = batch.Clone();
        var values = result.Mutate();
        int size = batch.Shape[0] == 0 ? 0 : batch.Length / batch.Shape[0];
        for (int n = 0; n < batch.Shape[0]; n++)
            Apply(values.Slice(n * size, size));
        return result;
    }
}
