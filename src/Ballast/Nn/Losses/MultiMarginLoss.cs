using System.Runtime.CompilerServices;

namespace Ballast;

/// <summary>The hinge loss of a classifier: of scores x and the class t of each sample, l = w[t] / C times the sum over the other classes c of
/// max(0, margin - x[t] + x[c])^p. PyTorch: <c>nn.MultiMarginLoss</c>.</summary>
public sealed class MultiMarginLoss
{
    readonly int p;
    readonly double margin;
    readonly Tensor? weight;
    readonly Reduction reduction;

    /// <summary>Makes the loss.</summary>
    /// <param name="p">The power of the terms, 1 or 2.</param>
    /// <param name="margin">By how much the score of the class should be above the others.</param>
    /// <param name="weight">w, how much each class counts, C values of 0 or more; null where all count the same.</param>
    /// <param name="reduction">How the samples' losses are put together.</param>
    /// <exception cref="ArgumentException">A power, margin or weights out of range.</exception>
    [OverloadResolutionPriority(1)]
    public MultiMarginLoss(int p = 1, double margin = 1, IReadOnlyList<float>? weight = null, Reduction reduction = Reduction.Mean)
        : this(LossChecks.ClassTensor("MultiMarginLoss", weight), p, margin, reduction)
    {
    }

    /// <summary>Makes the loss with a weight for each class, in numbers of type double.</summary>
    /// <param name="weight">w, how much each class counts, C values of 0 or more that are not all 0.</param>
    /// <param name="p">The power of the terms, 1 or 2.</param>
    /// <param name="margin">By how much the score of the class should be above the others.</param>
    /// <param name="reduction">How the samples' losses are put together.</param>
    /// <exception cref="ArgumentException">A power, margin or weights out of range.</exception>
    public MultiMarginLoss(IReadOnlyList<double> weight, int p = 1, double margin = 1, Reduction reduction = Reduction.Mean)
        : this(LossChecks.ClassTensor("MultiMarginLoss", LossChecks.Rounded(weight)), p, margin, reduction)
    {
    }

    /// <summary>Makes the loss with a weight for each class, in a tensor.</summary>
    /// <param name="weight">w, how much each class counts, float32 [C], 0 or more and not all 0; null where all count the same.</param>
    /// <param name="p">The power of the terms, 1 or 2.</param>
    /// <param name="margin">By how much the score of the class should be above the others.</param>
    /// <param name="reduction">How the samples' losses are put together.</param>
    /// <exception cref="ArgumentException">A power, margin or weights out of range.</exception>
    public MultiMarginLoss(Tensor? weight, int p = 1, double margin = 1, Reduction reduction = Reduction.Mean)
    {
        Throw.Unless(p is 1 or 2, $"MultiMarginLoss: expected a power of 1 or 2, got {p}.");
        LossChecks.Finite("MultiMarginLoss", "a margin", margin);
        (this.p, this.margin, this.reduction) = (p, margin, reduction);
        this.weight = LossChecks.ClassTensor("MultiMarginLoss", weight);
    }

    /// <summary>The loss of a batch.</summary>
    /// <param name="input">Scores [N, C] or, of one sample, [C].</param>
    /// <param name="target">The classes, int64 [N], or a single one.</param>
    /// <exception cref="ArgumentException">Shapes that do not fit, labels of another type, or a label out of range.</exception>
    public Tensor Forward(Tensor input, Tensor target) => Functional.MultiMarginLoss(input, target, p, margin, weight, reduction);
}
