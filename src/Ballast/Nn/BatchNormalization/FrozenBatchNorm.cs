using System.Globalization;
using Ballast.Kernels;

namespace Ballast;

/// <summary>Batch normalization that never learns: a constant scale and shift of each channel,
/// y = (x - running_mean) / sqrt(running_var + eps) weight + bias, in training and evaluation alike. All four are buffers: saved and
/// loaded, never updated, and unknown to optimizers. torchvision: <c>ops.FrozenBatchNorm2d</c>; detectron2:
/// <c>FrozenBatchNorm2d</c>.</summary>
/// <remarks>It takes [N, C], [N, C, L], [N, C, H, W] and [N, C, D, H, W]. A state of a plain batch normalization fits: as torchvision
/// does, it drops <c>num_batches_tracked</c>. To freeze normalizations where they are, and thaw them again, use
/// <see cref="Freezing"/>.</remarks>
public sealed class FrozenBatchNorm : Module, IFoldable
{
    /// <summary>Makes the layer: weight 1, bias 0, running mean 0 and variance 1, until a state is loaded.</summary>
    /// <param name="numFeatures">C, the number of channels.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <exception cref="ArgumentException">No channels, or an eps that is negative or not finite.</exception>
    public FrozenBatchNorm(int numFeatures, double eps = 1e-5)
    {
        NormalizationChecks.Features("FrozenBatchNorm", numFeatures);
        NormalizationChecks.Eps("FrozenBatchNorm", eps);
        NumFeatures = numFeatures;
        Eps = eps;
        Weight = RegisterBuffer("weight", Tensor.Ones([numFeatures]));
        Bias = RegisterBuffer("bias", Tensor.Zeros([numFeatures]));
        RunningMean = RegisterBuffer("running_mean", Tensor.Zeros([numFeatures]));
        RunningVar = RegisterBuffer("running_var", Tensor.Ones([numFeatures]));
        RegisterIgnored("num_batches_tracked");
    }

    /// <summary>A frozen copy of a batch normalization. detectron2: <c>convert_frozen_batchnorm</c>, for one layer.</summary>
    /// <exception cref="ArgumentException">It has no running statistics.</exception>
    public static FrozenBatchNorm From(BatchNorm norm)
    {
        ArgumentNullException.ThrowIfNull(norm);
        Throw.Unless(norm.RunningMean is not null,
            $"FrozenBatchNorm.From: {norm} has no running statistics to freeze. Make it with trackRunningStats: true.");
        var frozen = new FrozenBatchNorm(norm.NumFeatures, norm.Eps);
        norm.Weight?.AsSpan().CopyTo(frozen.Weight.Mutate());
        norm.Bias?.AsSpan().CopyTo(frozen.Bias.Mutate());
        norm.RunningMean.AsSpan().CopyTo(frozen.RunningMean.Mutate());
        norm.RunningVar!.AsSpan().CopyTo(frozen.RunningVar.Mutate());
        return frozen;
    }

    /// <summary>C, the number of channels.</summary>
    public int NumFeatures { get; }

    /// <summary>Added to the variance.</summary>
    public double Eps { get; }

    /// <summary>gamma: [C].</summary>
    public Tensor Weight { get; }

    /// <summary>beta: [C].</summary>
    public Tensor Bias { get; }

    /// <summary>The mean: [C].</summary>
    public Tensor RunningMean { get; }

    /// <summary>The variance: [C].</summary>
    public Tensor RunningVar { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Another rank or another number of channels, or no values.</exception>
    public override Tensor Forward(Tensor input)
    {
        var layout = ChannelInput.Any.Layout(this, NumFeatures, input.Shape);
        using var statistics = new BatchMoments(stackalloc double[BatchMoments.Room], NumFeatures);
        Span<double> means = statistics.Values[..NumFeatures], variances = statistics.Values[NumFeatures..];
        ReadOnlySpan<float> mean = RunningMean.AsSpan(), variance = RunningVar.AsSpan();
        for (int c = 0; c < means.Length; c++)
        {
            means[c] = mean[c];
            variances[c] = variance[c];
        }

        return NormalizationOperation.Run(input, new NormalizationPlan
        {
            Chunks = new ChannelChunks(MemoryOrder.Of(input, layout).Layout, 1),
            Statistics = statistics.Values,
            Epsilon = Eps,
            FixedScales = Weight.AsSpan(),
            FixedShifts = Bias.AsSpan(),
        });
    }

    string? IFoldable.Varies => null;

    bool IFoldable.FitsBehind(Module before) => before is Linear or Conv2d;

    ChannelConstants IFoldable.Constants(int channel) => new(
        RunningMean.AsSpan()[channel], Math.Sqrt(RunningVar.AsSpan()[channel] + Eps), Weight.AsSpan()[channel],
        Bias.AsSpan()[channel]);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"FrozenBatchNorm({NumFeatures})");
}
