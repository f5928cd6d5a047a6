using System.Globalization;

namespace Ballast;

/// <summary>Group normalization: the channels of each sample [C, ...] are split into groups of neighbours, and each group is
/// brought to mean 0 and variance 1 over all its values; then each channel is scaled and shifted by what it learns:
/// y = (x - mean) / sqrt(var + eps) gamma + beta, where var divides by the number of values. It needs no batch: training and
/// evaluation are the same. Wu &amp; He 2018. PyTorch: <c>nn.GroupNorm</c>.</summary>
public sealed class GroupNorm : Module
{
    /// <summary>Makes the layer: gamma 1, beta 0.</summary>
    /// <param name="numGroups">How many groups there are.</param>
    /// <param name="numChannels">C, the number of channels: a multiple of <paramref name="numGroups"/>.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <param name="affine">Whether gamma and beta are learned; without, they are 1 and 0.</param>
    /// <exception cref="ArgumentException">Groups that do not divide the channels, a number below 1, or an eps that is
    /// negative or not finite.</exception>
    public GroupNorm(int numGroups, int numChannels, double eps = 1e-5, bool affine = true)
    {
        Throw.Unless(numGroups > 0 && numChannels > 0,
            $"GroupNorm: expected at least 1 group and 1 channel, got {numGroups} groups of {numChannels} channels.");
        Throw.Unless(numChannels % numGroups == 0,
            $"GroupNorm: {numChannels} channels do not divide into {numGroups} groups. Choose a number of groups that divides them.");
        NormalizationChecks.Eps("GroupNorm", eps);
        NumGroups = numGroups;
        NumChannels = numChannels;
        Eps = eps;
        if (!affine)
            return;
        Weight = Register("weight", new Parameter(Tensor.Ones([numChannels])));
        Bias = Register("bias", new Parameter(Tensor.Zeros([numChannels])));
    }

    /// <summary>How many groups there are.</summary>
    public int NumGroups { get; }

    /// <summary>C, the number of channels.</summary>
    public int NumChannels { get; }

    /// <summary>Added to the variance.</summary>
    public double Eps { get; }

    /// <summary>gamma: [C], or null without affine parameters.</summary>
    public Parameter? Weight { get; }

    /// <summary>beta: [C], or null without affine parameters.</summary>
    public Parameter? Bias { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Not [N, C, ...], or just one value a group: one value has no variance.</exception>
    public override Tensor Forward(Tensor input)
    {
        var layout = ChannelInput.LayoutOf(this, NumChannels, input.Shape);
        Throw.Unless(NumChannels / NumGroups * layout.L != 1,
            $"{this}: expected more than 1 value per group, got input {input.Shape}. One value has no variance. Use "
                + $"fewer groups, or an input of more values a channel.");
        return NormalizationPasses.Groups(input, Weight, Bias, layout, NumGroups, Eps);
    }

    /// <inheritdoc/>
    protected internal override string? ExtraRepr =>
        $"{NumGroups}, {NumChannels}, eps={PythonText.Of(Eps)}, affine={PythonText.Of(Weight is not null)}";

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"GroupNorm({NumGroups}, {NumChannels})");
}
