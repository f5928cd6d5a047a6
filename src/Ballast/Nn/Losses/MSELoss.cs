namespace Ballast;

/// <summary>The squared error l = (x - t)^2, element by element; the mean over all elements, their sum, or as they are.
/// PyTorch: <c>nn.MSELoss</c>.</summary>
/// <param name="reduction">How the elements' losses are put together.</param>
public class MSELoss(Reduction reduction = Reduction.Mean)
{
    /// <summary>The loss of a batch.</summary>
    /// <param name="input">Values of any shape.</param>
    /// <param name="target">Targets of the same shape; a gradient goes to them too, if they have one.</param>
    /// <exception cref="ArgumentException">Another shape or type, or no values.</exception>
    public Tensor Forward(Tensor input, Tensor target) => Functional.MseLoss(input, target, reduction);
}
