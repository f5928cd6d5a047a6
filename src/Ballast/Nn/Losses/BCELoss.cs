using Ballast.Kernels;

namespace Ballast;

/// <summary>The binary cross entropy of probabilities: l = -(t ln x + (1 - t) ln(1 - x)), element by element, with logarithms of
/// at least -100; the mean over all elements, their sum, or as they are. PyTorch: <c>nn.BCELoss</c>.</summary>
/// <remarks>Behind a sigmoid, <see cref="BCEWithLogitsLoss"/> of the values before it is the better choice: it keeps its digits
/// where the sigmoid is 0 or 1.</remarks>
/// <param name="reduction">How the elements' losses are put together.</param>
public class BCELoss(Reduction reduction = Reduction.Mean)
{
    /// <summary>The loss of a batch.</summary>
    /// <param name="input">Probabilities, 0 to 1, of any shape.</param>
    /// <param name="target">Targets, 0 to 1, of the same shape.</param>
    /// <exception cref="ArgumentException">Another shape, values outside 0 to 1, or a target with parameters behind it.
    /// </exception>
    public Tensor Forward(Tensor input, Tensor target)
    {
        PointwiseLoss.Check("BCELoss", input, target);
        PointwiseLoss.CheckShares("BCELoss", "probabilities", input, "Put a sigmoid behind the network, or take BCEWithLogitsLoss of its logits.");
        PointwiseLoss.CheckShares("BCELoss", "targets", target, "A target is the share of the positive class.");
        return PointwiseLossOperation<BinaryCrossEntropy>.Run(input, target, null, reduction);
    }
}
