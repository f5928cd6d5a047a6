namespace Ballast;

/// <summary>The binary cross entropy of probabilities: l = -w (t ln x + (1 - t) ln(1 - x)), element by element, with logarithms of
/// at least -100; the mean over all elements, their sum, or as they are. PyTorch: <c>nn.BCELoss</c>.</summary>
/// <remarks>Behind a sigmoid, <see cref="BCEWithLogitsLoss"/> of the values before it is the better choice: it keeps its digits
/// where the sigmoid is 0 or 1.</remarks>
/// <param name="reduction">How the elements' losses are put together.</param>
/// <param name="weight">w, of a shape that broadcasts to the input's; null for 1. The mean divides by the number of elements all the
/// same. PyTorch: <c>weight</c>.</param>
public class BCELoss(Reduction reduction = Reduction.Mean, Tensor? weight = null)
{
    /// <summary>The loss of a batch.</summary>
    /// <param name="input">Probabilities, 0 to 1, of any shape.</param>
    /// <param name="target">Targets, 0 to 1, of the same shape.</param>
    /// <exception cref="ArgumentException">Another shape or type, no values, or values outside 0 to 1.</exception>
    public Tensor Forward(Tensor input, Tensor target) => Functional.BinaryCrossEntropy(input, target, weight, reduction);
}
