using System.Globalization;
using Ballast.Kernels;

namespace Ballast;

/// <summary>Batch normalization: each channel of [N, C, ...] is brought to mean 0 and variance 1 over everything but C, then
/// scaled and shifted by what it learns: y = (x - mean) / sqrt(var + eps) gamma + beta. Ioffe &amp; Szegedy 2015.
/// <see cref="BatchNorm1d"/>, <see cref="BatchNorm2d"/> and <see cref="BatchNorm3d"/> differ in the inputs they take.</summary>
/// <remarks>
/// In training mode, and where no statistics are tracked, mean and var are those of the batch (var divides by the m values of
/// a channel). In evaluation mode they are the running ones, which training moves towards each batch's:
/// running = (1 - momentum) running + momentum batch, with the variance that divides by m - 1. Momentum null averages over
/// all batches. (Keras and ONNX call 1 - momentum the momentum.) A batch in which the mean or the variance of a channel is not
/// finite moves none of them and is not counted; PyTorch's running statistics stay NaN after one.
/// </remarks>
public abstract class BatchNorm : Module, IRunningStatistics
{
    IStatisticsObserver? observer;

    private protected BatchNorm(int numFeatures, double eps, double? momentum, bool affine, bool trackRunningStats)
    {
        string name = GetType().Name;
        Throw.Unless(numFeatures > 0, $"{name}: expected at least 1 feature, got {numFeatures}.");
        Throw.Unless(double.IsFinite(eps) && eps >= 0, $"{name}: expected eps of 0 or more, got {eps}.");
        Throw.Unless(momentum is null or (>= 0 and <= 1),
            $"{name}: expected a momentum from 0 to 1, or null, got {momentum}. It is the weight of the newest batch.");
        NumFeatures = numFeatures;
        Eps = eps;
        Momentum = momentum;
        if (affine)
        {
            Weight = Register("weight", new Parameter(Tensor.Ones([numFeatures])));
            Bias = Register("bias", new Parameter(Tensor.Zeros([numFeatures])));
        }

        if (trackRunningStats)
        {
            RunningMean = RegisterBuffer("running_mean", Tensor.Zeros([numFeatures]));
            RunningVar = RegisterBuffer("running_var", Tensor.Ones([numFeatures]));
            RegisterCounter("num_batches_tracked", () => NumBatchesTracked, value => NumBatchesTracked = value);
        }
    }

    /// <summary>C, the number of channels.</summary>
    public int NumFeatures { get; }

    /// <summary>Added to the variance.</summary>
    public double Eps { get; }

    /// <summary>The weight of the newest batch in the running statistics; null for their plain average.</summary>
    public double? Momentum { get; }

    /// <summary>gamma: [C], or null without affine parameters.</summary>
    public Parameter? Weight { get; }

    /// <summary>beta: [C], or null without affine parameters.</summary>
    public Parameter? Bias { get; }

    /// <summary>The running mean [C], which training changes in place; null where none is tracked.</summary>
    public Tensor? RunningMean { get; }

    /// <summary>The running unbiased variance [C], which training changes in place; null where none is tracked.</summary>
    public Tensor? RunningVar { get; }

    /// <summary>How many batches the running statistics have seen.</summary>
    public long NumBatchesTracked { get; private set; }

    /// <summary>How many training batches were kept out of the running statistics, since the layer was made, because their own
    /// were not finite: a single one would stay in them forever.</summary>
    public long UntrackedBatches { get; private set; }

    /// <summary>Is shown the statistics that an input is about to be normalized with.</summary>
    internal BatchNormObserver? Normalizes { get; set; }

    /// <inheritdoc/>
    IStatisticsObserver? IRunningStatistics.Observer
    {
        get => observer;
        set => observer = value;
    }

    /// <inheritdoc/>
    bool IRunningStatistics.IsTracking => RunningMean is not null;

    /// <inheritdoc/>
    void IRunningStatistics.SetRunning(ReadOnlySpan<double> mean, ReadOnlySpan<double> variance, long batches)
    {
        RunningStatistics.Write(mean, RunningMean!);
        RunningStatistics.Write(variance, RunningVar!);
        NumBatchesTracked = batches;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Another rank or another number of channels, or just one value a channel where the
    /// statistics are the batch's: one value has no variance.</exception>
    public override Tensor Forward(Tensor input)
    {
        bool ofBatch = Training || RunningMean is null || observer is not null;
        var layout = MemoryOrder.Of(input, Layout(input.Shape, ofBatch)).Layout;
        Span<double> statistics = stackalloc double[2 * 64];
        double[]? rented = null;
        if (NumFeatures > 64)
            statistics = rented = System.Buffers.ArrayPool<double>.Shared.Rent(2 * NumFeatures);

        if (ofBatch)
        {
            NormalizationOperation.Statistics(input, layout, statistics);
            if (observer is not null)
                observer.Observe(statistics, layout.PerChannel);
            else if (Training && RunningMean is not null)
                Track(statistics, layout.PerChannel);
        }
        else
        {
            for (int c = 0; c < NumFeatures; c++)
            {
                statistics[c] = RunningMean!.AsSpan()[c];
                statistics[NumFeatures + c] = RunningVar!.AsSpan()[c];
            }
        }

        Normalizes?.Invoke(input, layout, statistics[..(2 * NumFeatures)], ofBatch);
        var output = NormalizationOperation.Run(input, Weight, Bias, layout, statistics, Eps, ofBatch);
        if (rented is not null)
            System.Buffers.ArrayPool<double>.Shared.Return(rented);
        return output;
    }

    /// <summary>What the layer takes, as an error tells it: <c>[N, 64] or [N, 64, L]</c>.</summary>
    private protected abstract string Expected { get; }

    /// <summary>Whether the layer takes inputs of this rank.</summary>
    private protected abstract bool Takes(int rank);

    /// <summary>What to do about an input of another rank.</summary>
    private protected abstract string Remedy(int rank);

    ChannelLayout Layout(Shape shape, bool ofBatch)
    {
        bool rightRank = Takes(shape.Rank);
        if (!rightRank || shape[1] != NumFeatures)
        {
            Throw.Argument($"{this}: expected input {Expected}, got {shape}. " +
                (rightRank ? $"The layer before it must produce {NumFeatures} {(shape.Rank > 3 ? "channels" : "features")}."
                    : Remedy(shape.Rank)));
        }

        int samples = shape[0], values = 1;
        for (int axis = 2; axis < shape.Rank; axis++)
            values *= shape[axis];
        var layout = new ChannelLayout(samples, NumFeatures, values);
        if (layout.PerChannel > 1 || (layout.PerChannel == 1 && !ofBatch))
            return layout;
        if (observer is not null)
            RunningStatistics.RefuseSingle(this, shape);
        if (Training)
        {
            Throw.Argument(
                $"{this}: expected more than 1 value per channel when training, got input {shape}. One value has no variance. " +
                "Use a larger batch, drop the last incomplete one (DataLoader with dropLast: true), or call Eval() first.");
        }

        Throw.Argument(ofBatch
            ? $"{this}: it has no running statistics, and {layout.PerChannel} value per channel in the input {shape} gives none. " +
              "Use a larger batch, or a layer with trackRunningStats: true."
            : $"{this}: the input {shape} has no values.");
        return default;
    }

    // statistics holds the biased variance; the running one is unbiased.
    void Track(ReadOnlySpan<double> statistics, int count)
    {
        double correction = (double)count / (count - 1);
        if (!AreFinite(statistics[..NumFeatures], 1) || !AreFinite(statistics.Slice(NumFeatures, NumFeatures), correction))
        {
            UntrackedBatches++;
            return;
        }

        NumBatchesTracked++;
        double weight = Momentum ?? 1.0 / NumBatchesTracked;
        var mean = RunningMean!.Mutate();
        var variance = RunningVar!.Mutate();
        for (int c = 0; c < NumFeatures; c++)
        {
            mean[c] = (float)((1 - weight) * mean[c] + weight * statistics[c]);
            variance[c] = (float)((1 - weight) * variance[c] + weight * correction * statistics[NumFeatures + c]);
        }
    }

    static bool AreFinite(ReadOnlySpan<double> statistics, double factor)
    {
        foreach (double value in statistics)
        {
            if (!float.IsFinite((float)(factor * value)))
                return false;
        }

        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{GetType().Name}({NumFeatures})");
}

/// <summary>Is shown the statistics that an input is about to be normalized with.</summary>
/// <param name="input">The input.</param>
/// <param name="layout">Where its channels lie.</param>
/// <param name="statistics">Mean and biased variance, or the running ones: [2, C].</param>
/// <param name="ofBatch">Whether they are the input's own.</param>
delegate void BatchNormObserver(Tensor input, Kernels.ChannelLayout layout, ReadOnlySpan<double> statistics, bool ofBatch);
