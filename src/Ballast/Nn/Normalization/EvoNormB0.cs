using System.Buffers;
using System.Globalization;

namespace Ballast;

/// <summary>EvoNorm-B0, a normalization and activation in one that was found by search: y = x / max(sqrt(batch variance + eps),
/// v x + sqrt(instance variance + eps)) gamma + beta, where v, gamma and beta are learned for each channel, the batch variance is
/// that of a channel over everything else and the instance variance that of a channel in a sample (both divide by the number of
/// values). Liu et al. 2020, "Evolving normalization-activation layers"; timm: <c>EvoNorm2dB0</c>.</summary>
/// <remarks>In evaluation mode the batch variance is a running one, which training moves towards each batch's:
/// running = (1 - momentum) running + momentum batch, with the variance that divides by m - 1 for m values. A batch in
/// which that of a channel is not finite moves none of them.</remarks>
public sealed class EvoNormB0 : Module, IRunningStatistics
{
    readonly RunningMoments running;

    /// <summary>Makes the layer: v 1, gamma 1, beta 0, running variance 1.</summary>
    /// <param name="numFeatures">C, the number of channels.</param>
    /// <param name="eps">Added to both variances.</param>
    /// <param name="momentum">The weight of the newest batch in the running variance, 0 to 1.</param>
    /// <exception cref="ArgumentException">No channels, an eps that is negative or not finite, or a momentum outside 0 to 1.
    /// </exception>
    public EvoNormB0(int numFeatures, double eps = 1e-3, double momentum = 0.1)
    {
        NormalizationChecks.Features("EvoNormB0", numFeatures);
        NormalizationChecks.Eps("EvoNormB0", eps);
        NormalizationChecks.Momentum("EvoNormB0", momentum);
        NumFeatures = numFeatures;
        Eps = eps;
        Momentum = momentum;
        Weight = Register("weight", new Parameter(Tensor.Ones([numFeatures])));
        Bias = Register("bias", new Parameter(Tensor.Zeros([numFeatures])));
        V = Register("v", new Parameter(Tensor.Ones([numFeatures])));
        RunningVar = RegisterBuffer("running_var", Tensor.Ones([numFeatures]));
        running = new RunningMoments(null, RunningVar);
    }

    /// <summary>C, the number of channels.</summary>
    public int NumFeatures { get; }

    /// <summary>Added to both variances.</summary>
    public double Eps { get; }

    /// <summary>The weight of the newest batch in the running variance.</summary>
    public double Momentum { get; }

    /// <summary>gamma: [C].</summary>
    public Parameter Weight { get; }

    /// <summary>beta: [C].</summary>
    public Parameter Bias { get; }

    /// <summary>v: [C].</summary>
    public Parameter V { get; }

    /// <summary>The running unbiased variance [C], which training changes in place.</summary>
    public Tensor RunningVar { get; }

    /// <summary>How many training batches were kept out of the running variance, since the layer was made, because their own was
    /// not finite: a single one would stay in it forever.</summary>
    public long UntrackedBatches => running.Untracked;

    /// <inheritdoc/>
    Parameter? IRunningStatistics.Weight => Weight;

    /// <inheritdoc/>
    Parameter? IRunningStatistics.Bias => Bias;

    /// <inheritdoc/>
    bool IRunningStatistics.IsTracking => true;

    /// <inheritdoc/>
    void IRunningStatistics.SetRunning(ReadOnlySpan<double> mean, ReadOnlySpan<double> variance, long batches) =>
        running.Write(mean, variance, batches);

    /// <inheritdoc/>
    void IRunningStatistics.CopyRunning(Span<double> statistics) => running.CopyTo(statistics);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Not [N, C, ...], or just one value a channel where the variance is the batch's: one
    /// value has none.</exception>
    public override Tensor Forward(Tensor input)
    {
        var observer = Observation.Of(this);
        bool ofBatch = Training || observer is not null;
        var layout = ChannelInput.LayoutOf(this, NumFeatures, input.Shape);
        if (ofBatch && layout.PerChannel < 2)
            RunningMoments.RefuseSingle(this, input.Shape);
        double[] moments = EvoNormB0Operation.Moments(input, layout);
        double[] rented = ArrayPool<double>.Shared.Rent(2 * NumFeatures);
        var statistics = rented.AsSpan(0, 2 * NumFeatures);
        var variances = RunningVar.AsSpan();
        for (int c = 0; c < NumFeatures; c++)
        {
            (statistics[c], statistics[NumFeatures + c]) = ofBatch
                ? EvoNormB0Operation.OfBatch(moments, layout, c) : (0, variances[c]);
        }

        if (observer is not null)
            observer.Observe(statistics, layout.PerChannel);
        else if (ofBatch)
            running.Track(default, statistics[NumFeatures..], layout.PerChannel, Momentum);
        var output = EvoNormB0Operation.Run(input, Weight, Bias, V, layout, moments, statistics, Eps, ofBatch);
        ArrayPool<double>.Shared.Return(moments);
        ArrayPool<double>.Shared.Return(rented);
        return output;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"EvoNormB0({NumFeatures})");
}
