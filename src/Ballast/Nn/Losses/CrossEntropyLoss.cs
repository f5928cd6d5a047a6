using System.Runtime.CompilerServices;

namespace Ballast;

/// <summary>The loss of a classifier: for logits x and the class t of each sample, l = -ln softmax(x)[t]; from [N, C] and int64
/// labels [N] to one value, or to [N] without a reduction; from [N, C, d1, ...] and labels [N, d1, ...] likewise. PyTorch:
/// <c>nn.CrossEntropyLoss</c>.</summary>
/// <remarks>
/// <para>With label smoothing e and class weights w, l = (1 - e) w[t] (-ln p[t]) + e / C times the sum over c of w[c] (-ln p[c]), where
/// p = softmax(x): a share e of the target is spread over all classes (Szegedy et al. 2016, section 7). The mean divides by the
/// sum of w[t] over the samples that count, as
/// PyTorch's does. A batch of samples whose weights are all 0 has the loss 0 and no gradient; PyTorch's is not a number.</para>
/// <para>Of targets that are probabilities q (mixed images, a teacher's answers), float32 of the input's shape, l is the sum over c of
/// w[c] q[c] (-ln p[c]), and the mean divides by the number of samples.</para>
/// </remarks>
public sealed class CrossEntropyLoss
{
    readonly Reduction reduction;
    readonly double labelSmoothing;
    readonly Tensor? weight;
    readonly long ignoreIndex;

    /// <summary>Makes the loss.</summary>
    /// <param name="reduction">How the samples' losses are put together.</param>
    /// <param name="labelSmoothing">The share of the target that is spread over all classes, 0 to 1. PyTorch:
    /// <c>label_smoothing</c>.</param>
    /// <param name="weight">How much each class counts, C values of 0 or more that are not all 0; null where all count the
    /// same. PyTorch: <c>weight</c>.</param>
    /// <param name="ignoreIndex">The label of samples that have no loss and do not count in the mean. PyTorch: <c>ignore_index</c>.</param>
    /// <exception cref="ArgumentException">A label smoothing or weights out of range.</exception>
    [OverloadResolutionPriority(1)]
    public CrossEntropyLoss(
        Reduction reduction = Reduction.Mean, double labelSmoothing = 0, IReadOnlyList<float>? weight = null, long ignoreIndex = -100)
        : this(LossChecks.ClassTensor("CrossEntropyLoss", weight), reduction, labelSmoothing, ignoreIndex)
    {
    }

    /// <summary>Makes the loss with a weight for each class, in numbers of type double.</summary>
    /// <param name="weight">How much each class counts, C values of 0 or more that are not all 0.</param>
    /// <param name="reduction">How the samples' losses are put together.</param>
    /// <param name="labelSmoothing">The share of the target that is spread over all classes, 0 to 1.</param>
    /// <param name="ignoreIndex">The label of samples that have no loss and do not count in the mean.</param>
    /// <exception cref="ArgumentException">A label smoothing or weights out of range.</exception>
    public CrossEntropyLoss(
        IReadOnlyList<double> weight, Reduction reduction = Reduction.Mean, double labelSmoothing = 0, long ignoreIndex = -100)
        : this(LossChecks.ClassTensor("CrossEntropyLoss", LossChecks.Rounded(weight)), reduction, labelSmoothing, ignoreIndex)
    {
    }

    /// <summary>Makes the loss with a weight for each class, in a tensor.</summary>
    /// <param name="weight">How much each class counts, float32 [C], 0 or more and not all 0; null where all count the same.</param>
    /// <param name="reduction">How the samples' losses are put together.</param>
    /// <param name="labelSmoothing">The share of the target that is spread over all classes, 0 to 1.</param>
    /// <param name="ignoreIndex">The label of samples that have no loss and do not count in the mean.</param>
    /// <exception cref="ArgumentException">A label smoothing or weights out of range.</exception>
    public CrossEntropyLoss(Tensor? weight, Reduction reduction = Reduction.Mean, double labelSmoothing = 0, long ignoreIndex = -100)
    {
        Throw.Unless(labelSmoothing is >= 0 and <= 1,
            $"CrossEntropyLoss: expected a label smoothing from 0 to 1, got {(float)labelSmoothing}.");
        (this.reduction, this.labelSmoothing, this.ignoreIndex) = (reduction, labelSmoothing, ignoreIndex);
        this.weight = LossChecks.ClassTensor("CrossEntropyLoss", weight);
    }

    /// <summary>The loss of a batch.</summary>
    /// <param name="input">Logits [N, C], [N, C, d1, ...] or, of one sample, [C]: no softmax before.</param>
    /// <param name="target">The classes, int64 [N], [N, d1, ...] or a single one, each from 0 to C - 1 or the one that is ignored, as
    /// <see cref="Tensor.FromInt64(ReadOnlySpan{int})"/> makes them; or the classes' probabilities, float32 of the input's shape.</param>
    /// <exception cref="ArgumentException">Another shape, labels of another type or number, another number of class weights, or a label out
    /// of range.</exception>
    public Tensor Forward(Tensor input, Tensor target) =>
        Functional.CrossEntropy(input, target, weight, ignoreIndex, reduction, labelSmoothing);
}
