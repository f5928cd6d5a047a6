using System.Runtime.CompilerServices;

namespace Ballast;

/// <summary>The negative log-likelihood of logarithms of probabilities x: l = -w[t] x[t] with the class t of each sample. Behind a
/// log-softmax, <see cref="CrossEntropyLoss"/> of the logits is the same in one. PyTorch: <c>nn.NLLLoss</c>.</summary>
/// <remarks>The mean divides by the sum of w[t] over the samples that count. Where that is 0 the loss is 0 without a gradient; PyTorch's is
/// not a number.</remarks>
public sealed class NLLLoss
{
    readonly Tensor? weight;
    readonly long ignoreIndex;
    readonly Reduction reduction;

    /// <summary>Makes the loss.</summary>
    /// <param name="weight">w, how much each class counts, C values of 0 or more that are not all 0; null where all count the
    /// same.</param>
    /// <param name="ignoreIndex">The label of samples that have no loss and do not count in the mean. PyTorch: <c>ignore_index</c>.</param>
    /// <param name="reduction">How the samples' losses are put together.</param>
    /// <exception cref="ArgumentException">Weights out of range.</exception>
    [OverloadResolutionPriority(1)]
    public NLLLoss(IReadOnlyList<float>? weight = null, long ignoreIndex = -100, Reduction reduction = Reduction.Mean)
        : this(LossChecks.ClassTensor("NLLLoss", weight), ignoreIndex, reduction)
    {
    }

    /// <summary>Makes the loss with a weight for each class, in numbers of type double.</summary>
    /// <param name="weight">w, how much each class counts, C values of 0 or more that are not all 0.</param>
    /// <param name="ignoreIndex">The label of samples that have no loss and do not count in the mean.</param>
    /// <param name="reduction">How the samples' losses are put together.</param>
    /// <exception cref="ArgumentException">Weights out of range.</exception>
    public NLLLoss(IReadOnlyList<double> weight, long ignoreIndex = -100, Reduction reduction = Reduction.Mean)
        : this(LossChecks.ClassTensor("NLLLoss", LossChecks.Rounded(weight)), ignoreIndex, reduction)
    {
    }

    /// <summary>Makes the loss with a weight for each class, in a tensor.</summary>
    /// <param name="weight">w, how much each class counts, float32 [C], 0 or more and not all 0; null where all count the same.</param>
    /// <param name="ignoreIndex">The label of samples that have no loss and do not count in the mean.</param>
    /// <param name="reduction">How the samples' losses are put together.</param>
    /// <exception cref="ArgumentException">Weights out of range.</exception>
    public NLLLoss(Tensor? weight, long ignoreIndex = -100, Reduction reduction = Reduction.Mean)
    {
        this.weight = LossChecks.ClassTensor("NLLLoss", weight);
        (this.ignoreIndex, this.reduction) = (ignoreIndex, reduction);
    }

    /// <summary>The loss of a batch.</summary>
    /// <param name="input">Logarithms of probabilities, [N, C], [N, C, d1, ...] or, of one sample, [C].</param>
    /// <param name="target">The classes, int64 [N], [N, d1, ...] or a single one, each from 0 to C - 1 or the one that is
    /// ignored.</param>
    /// <exception cref="ArgumentException">Shapes that do not fit, labels of another type, or a label out of range.</exception>
    public Tensor Forward(Tensor input, Tensor target) => Functional.NllLoss(input, target, weight, ignoreIndex, reduction);
}
