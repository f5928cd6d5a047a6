using System.Runtime.CompilerServices;

namespace Ballast;

/// <summary>A binary cross entropy for each class: with q = 1 / (1 + exp(-x)), l = -1 / C times the sum over the classes of
/// w (t ln q + (1 - t) ln(1 - q)). PyTorch: <c>nn.MultiLabelSoftMarginLoss</c>.</summary>
public sealed class MultiLabelSoftMarginLoss
{
    readonly Tensor? weight;
    readonly Reduction reduction;

    /// <summary>Makes the loss.</summary>
    /// <param name="weight">w, how much each class counts, C values of 0 or more; null where all count the same.</param>
    /// <param name="reduction">How the samples' losses are put together.</param>
    /// <exception cref="ArgumentException">Weights out of range.</exception>
    [OverloadResolutionPriority(1)]
    public MultiLabelSoftMarginLoss(IReadOnlyList<float>? weight = null, Reduction reduction = Reduction.Mean)
        : this(LossChecks.ClassTensor("MultiLabelSoftMarginLoss", weight), reduction)
    {
    }

    /// <summary>Makes the loss with a weight for each class, in numbers of type double.</summary>
    /// <param name="weight">w, how much each class counts, C values of 0 or more that are not all 0.</param>
    /// <param name="reduction">How the samples' losses are put together.</param>
    /// <exception cref="ArgumentException">Weights out of range.</exception>
    public MultiLabelSoftMarginLoss(IReadOnlyList<double> weight, Reduction reduction = Reduction.Mean)
        : this(LossChecks.ClassTensor("MultiLabelSoftMarginLoss", LossChecks.Rounded(weight)), reduction)
    {
    }

    /// <summary>Makes the loss with a weight for each class, in a tensor.</summary>
    /// <param name="weight">w, how much each class counts, float32 [C], 0 or more and not all 0; null where all count the same.</param>
    /// <param name="reduction">How the samples' losses are put together.</param>
    /// <exception cref="ArgumentException">Weights out of range.</exception>
    public MultiLabelSoftMarginLoss(Tensor? weight, Reduction reduction = Reduction.Mean)
    {
        this.weight = LossChecks.ClassTensor("MultiLabelSoftMarginLoss", weight);
        this.reduction = reduction;
    }

    /// <summary>The loss of a batch.</summary>
    /// <param name="input">Logits [N, C] or, of one sample, [C].</param>
    /// <param name="target">0 or 1 for each class, float32 of the same shape.</param>
    /// <exception cref="ArgumentException">Another shape or type, or no values.</exception>
    public Tensor Forward(Tensor input, Tensor target) => Functional.MultilabelSoftMarginLoss(input, target, weight, reduction);
}
