namespace Ballast;

/// <summary>The connectionist temporal classification loss (Graves et al. 2006): -ln of the likelihood that a sequence of T steps reads its
/// labels, summed over all ways to spread them over the steps with repetitions, and blanks between them. PyTorch:
/// <c>nn.CTCLoss</c>.</summary>
/// <remarks>The gradient is PyTorch's: that of the values before the log-softmax, which the log-softmax passes on as it is.</remarks>
/// <param name="blank">The class that stands for no label.</param>
/// <param name="reduction">How the losses are put together: the mean first divides each by the number of its labels.</param>
/// <param name="zeroInfinity">Whether sequences too short for their labels have no loss and no gradient; their loss is infinite
/// otherwise. PyTorch: <c>zero_infinity</c>.</param>
public sealed class CTCLoss(int blank = 0, Reduction reduction = Reduction.Mean, bool zeroInfinity = false)
{
    /// <summary>The loss of a batch.</summary>
    /// <param name="logProbs">Logarithms of probabilities [T, N, C], as of <see cref="Tensor.LogSoftmax(int)"/>, or of one sequence [T, C].
    /// </param>
    /// <param name="targets">The labels, int64: [N, S] with what is behind a sequence's own left out, or all one behind the other.</param>
    /// <param name="inputLengths">How many steps of each sequence count: int64 [N], or a single one.</param>
    /// <param name="targetLengths">How many labels each has: int64 [N], or a single one.</param>
    /// <exception cref="ArgumentException">Shapes, lengths or labels that do not fit together.</exception>
    public Tensor Forward(Tensor logProbs, Tensor targets, Tensor inputLengths, Tensor targetLengths) =>
        Functional.CtcLoss(logProbs, targets, inputLengths, targetLengths, blank, reduction, zeroInfinity);
}
