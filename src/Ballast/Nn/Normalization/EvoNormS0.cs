using System.Globalization;

namespace Ballast;

/// <summary>EvoNorm-S0, a normalization and activation in one that was found by search: y = x sigmoid(v x) / sqrt(group variance +
/// eps) gamma + beta, where the variance is that of a group of channels in a sample (divided by the number of values) and v,
/// gamma and beta are learned for each channel. It needs no batch: training and evaluation are the same. Liu et al. 2020, "Evolving
/// normalization-activation layers"; timm: <c>EvoNorm2dS0</c>.</summary>
public sealed class EvoNormS0 : Module
{
    /// <summary>Makes the layer: v 1, gamma 1, beta 0.</summary>
    /// <param name="numFeatures">C, the number of channels: a multiple of <paramref name="groups"/>.</param>
    /// <param name="groups">How many groups there are.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <exception cref="ArgumentException">Groups that do not divide the channels, a number below 1, or an eps that is
    /// negative or not finite.</exception>
    public EvoNormS0(int numFeatures, int groups = 32, double eps = 1e-5)
    {
        Throw.Unless(numFeatures > 0 && groups > 0,
            $"EvoNormS0: expected at least 1 feature and 1 group, got {numFeatures} features and {groups} groups.");
        Throw.Unless(numFeatures % groups == 0,
            $"EvoNormS0: {numFeatures} channels do not divide into {groups} groups. Choose a number of groups that divides them.");
        NormalizationChecks.Eps("EvoNormS0", eps);
        NumFeatures = numFeatures;
        Groups = groups;
        Eps = eps;
        Weight = Register("weight", new Parameter(Tensor.Ones([numFeatures])));
        Bias = Register("bias", new Parameter(Tensor.Zeros([numFeatures])));
        V = Register("v", new Parameter(Tensor.Ones([numFeatures])));
    }

    /// <summary>C, the number of channels.</summary>
    public int NumFeatures { get; }

    /// <summary>How many groups there are.</summary>
    public int Groups { get; }

    /// <summary>Added to the variance.</summary>
    public double Eps { get; }

    /// <summary>gamma: [C].</summary>
    public Parameter Weight { get; }

    /// <summary>beta: [C].</summary>
    public Parameter Bias { get; }

    /// <summary>v: [C].</summary>
    public Parameter V { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Not [N, C, ...], or just one value a group: one value has no variance.</exception>
    public override Tensor Forward(Tensor input)
    {
        var layout = ChannelInput.LayoutOf(this, NumFeatures, input.Shape);
        Throw.Unless(layout.L * (NumFeatures / Groups) > 1,
            $"{this}: expected more than 1 value per group, got input {input.Shape}. One value has no variance. "
                + $"Use fewer groups, or an input of more values a channel.");
        return EvoNormS0Operation.Run(input, Weight, Bias, V, Groups, layout, Eps);
    }

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"EvoNormS0({NumFeatures}, groups: {Groups})");
}
