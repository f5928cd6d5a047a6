using System.Globalization;

namespace Ballast;

/// <summary>Filter response normalization with its thresholded linear unit: each channel of each sample is divided by its root
/// mean square, with nu2 the mean of x^2 over all axes behind C: z = max(gamma x / sqrt(nu2 + |eps|) + beta, tau). It needs no
/// batch, and no activation behind it: training and evaluation are the same. Singh &amp; Krishnan 2020, "Filter response
/// normalization layer"; timm: <c>FilterResponseNormTlu2d</c>.</summary>
/// <remarks>The mean is not subtracted, so that the learned threshold takes the place of ReLU's 0. Where a channel has one value
/// (1 x 1 images, or [N, C]) x / sqrt(x^2 + eps) is all but the sign of x: the paper learns eps there, starting from 1e-4.
/// At y = tau the gradient is split in halves, as PyTorch's <c>maximum</c> does.</remarks>
public sealed class FilterResponseNorm : Module
{
    /// <summary>Makes the layer: gamma 1, beta 0, tau 0.</summary>
    /// <param name="numFeatures">C, the number of channels.</param>
    /// <param name="eps">Added to the mean square: the paper's 1e-6. (timm has 1e-5.)</param>
    /// <param name="threshold">Whether there is tau; without it the layer is a normalization alone, and an activation has to
    /// follow.</param>
    /// <param name="learnEps">Whether eps is learned, one for each channel, from <paramref name="eps"/> on; what is added is its
    /// absolute value.</param>
    /// <exception cref="ArgumentException">No channels, or an eps that is not above 0 or not finite.</exception>
    public FilterResponseNorm(int numFeatures, double eps = 1e-6, bool threshold = true, bool learnEps = false)
    {
        NormalizationChecks.Features("FilterResponseNorm", numFeatures);
        Throw.Unless(double.IsFinite(eps) && eps > 0, $"FilterResponseNorm: expected eps above 0, got {eps}.");
        NumFeatures = numFeatures;
        Eps = eps;
        Weight = Register("weight", new Parameter(Tensor.Ones([numFeatures])));
        Bias = Register("bias", new Parameter(Tensor.Zeros([numFeatures])));
        if (threshold)
            Tau = Register("tau", new Parameter(Tensor.Zeros([numFeatures])));
        if (learnEps)
            LearnedEps = Register("eps", new Parameter(Tensor.Full([numFeatures], (float)eps)));
    }

    /// <summary>C, the number of channels.</summary>
    public int NumFeatures { get; }

    /// <summary>Added to the mean square; where eps is learned, what it starts from.</summary>
    public double Eps { get; }

    /// <summary>gamma: [C].</summary>
    public Parameter Weight { get; }

    /// <summary>beta: [C].</summary>
    public Parameter Bias { get; }

    /// <summary>The threshold tau: [C], or null.</summary>
    public Parameter? Tau { get; }

    /// <summary>The learned eps: [C], or null. Its absolute value is added.</summary>
    public Parameter? LearnedEps { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Not [N, C, ...].</exception>
    public override Tensor Forward(Tensor input) => FilterResponseOperation.Run(
        input, Weight, Bias, Tau, LearnedEps, ChannelInput.LayoutOf(this, NumFeatures, input.Shape), Eps);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"FilterResponseNorm({NumFeatures})");
}
